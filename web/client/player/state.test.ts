import { describe, expect, it } from "vitest";
import { firstState, reduce } from "./state";

describe("the player's state", () => {
  it("keeps volume within bounds, and a seat large until asked again", () => {
    const state = firstState(false);
    expect(reduce(state, { type: "volume", volume: 3 }).volume).toBe(1);
    const large = reduce(state, { type: "large", seat: "a" });
    expect(large.large).toBe("a");
    expect(reduce(large, { type: "large", seat: "a" }).large).toBeNull();
  });

  it("gives the same feeds object while nothing changed in them", () => {
    const tick = { type: "ticked", positionMs: 1, running: true, holding: false } as const;
    const one = reduce(firstState(false), { ...tick, feeds: { a: "playing" } });
    expect(reduce(one, { ...tick, feeds: { a: "playing" } }).feeds).toBe(one.feeds);
    expect(reduce(one, { ...tick, feeds: { a: "hole" } }).feeds).not.toBe(one.feeds);
  });
});
