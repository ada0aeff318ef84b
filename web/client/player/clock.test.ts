import { describe, expect, it } from "vitest";
import { ended, moved, positionOf, stopped } from "./clock";
import { follow, nextStart, within } from "./follow";

describe("the master clock", () => {
  it("stands until it runs, and runs at its speed", () => {
    const clock = stopped(60_000);
    expect(positionOf(clock, 5_000)).toBe(0);
    const running = moved(clock, 1_000, { running: true });
    expect(positionOf(running, 3_000)).toBe(2_000);
    const faster = moved(running, 3_000, { rate: 2 });
    expect(positionOf(faster, 4_000)).toBe(4_000);
    expect(positionOf(moved(faster, 4_000, { running: false }), 9_000)).toBe(4_000);
  });

  it("never leaves the recording", () => {
    const clock = moved(stopped(10_000), 0, { running: true, mediaMs: 99_000 });
    expect(positionOf(clock, 0)).toBe(10_000);
    expect(positionOf(moved(clock, 0, { mediaMs: -5 }), 0)).toBe(0);
    expect(ended(clock, 0)).toBe(true);
  });
});

describe("following it", () => {
  it("leaves alone what is near, nudges what is off, and jumps when far", () => {
    expect(follow(0.01, 1, false)).toEqual({ do: "rate", rate: 1 });
    expect(follow(-0.04, 1, true)).toEqual({ do: "rate", rate: 1 });
    expect(follow(0.1, 1, false)).toEqual({ do: "rate", rate: 0.85 });
    expect(follow(-0.2, 1, false)).toEqual({ do: "rate", rate: 1.2 });
    expect(follow(-2, 1, false)).toEqual({ do: "jump" });
  });

  it("pushes sound more gently than a picture, and keeps the speed as its base", () => {
    expect(follow(-0.3, 1, true)).toEqual({ do: "rate", rate: 1.1 });
    expect(follow(-0.3, 2, true)).toEqual({ do: "rate", rate: 2.2 });
  });

  it("knows what an element has and where it goes on", () => {
    const ranges = [
      [0, 2],
      [5, 9],
    ] as const;
    expect([within(ranges, 1.9), within(ranges, 2), within(ranges, 5)]).toEqual([
      true,
      false,
      true,
    ]);
    expect([nextStart(ranges, 3), nextStart(ranges, 6)]).toEqual([5, null]);
  });
});
