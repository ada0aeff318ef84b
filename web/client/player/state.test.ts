import { describe, expect, it } from "vitest";
import { firstState, reduce } from "./state";
import { RECORDING } from "./testing";

describe("the player's state", () => {
  it("keeps volume within bounds, and a seat large until asked again", () => {
    const state = firstState(false);
    expect(reduce(state, { type: "volume", volume: 3 }).volume).toBe(1);
    const large = reduce(state, { type: "large", tile: "a" });
    expect(large.large).toBe("a");
    expect(reduce(large, { type: "large", tile: "a" }).large).toBeNull();
  });

  it("comes back to the volume there was, and lists what is asked for", () => {
    const quiet = reduce({ ...firstState(false), volume: 0.4 }, { type: "mute" });
    expect(quiet.volume).toBe(0);
    expect(reduce(quiet, { type: "mute" }).volume).toBe(0.4);
    const open = reduce(firstState(false), { type: "opened", recording: RECORDING });
    const gaps = reduce(open, { type: "showing", showing: "gaps" });
    expect(gaps.listed.map((step) => step.kind)).toEqual(["gap"]);
    expect(gaps.steps).toBe(open.steps);
  });

  it("keeps the last result while a check is under way, also when nobody answers", () => {
    const last = {
      recording: "r",
      at_ms: 1,
      by: "",
      objects: 1,
      bytes: 1,
      holds: true,
      origin: "unsigned",
      faults: [],
    };
    const verification = { running: false, checked: 0, total: 0, failed: "", last };
    const known = reduce(firstState(false), { type: "verification", verification });
    const running = reduce(known, { type: "verifying" });
    expect(running.verification).toEqual({ ...verification, running: true });
    expect(reduce(running, { type: "verification_unknown" }).verification).toEqual(verification);
    expect(reduce(firstState(false), { type: "verification_unknown" }).verification).toBeNull();
  });

  it("gives the same feeds object while nothing changed in them", () => {
    const tick = { type: "ticked", positionMs: 1, running: true, holding: false } as const;
    const one = reduce(firstState(false), { ...tick, feeds: { a: "playing" } });
    expect(reduce(one, { ...tick, feeds: { a: "playing" } }).feeds).toBe(one.feeds);
    expect(reduce(one, { ...tick, feeds: { a: "hole" } }).feeds).not.toBe(one.feeds);
  });
});
