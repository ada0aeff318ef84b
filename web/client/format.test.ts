import { describe, expect, it } from "vitest";
import { elapsed, wallClock, wallDate } from "./format";

describe("times", () => {
  it("elapsed counts whole seconds and never below zero", () => {
    expect(elapsed(761_999)).toBe("00:12:41");
    expect(elapsed(100 * 3_600_000)).toBe("100:00:00");
    expect(elapsed(-1)).toBe("00:00:00");
  });

  it("clock and date are those of the reader's zone", () => {
    const moment = new Date(2026, 10, 22, 7, 5, 9).getTime();
    expect(wallClock(moment)).toBe("07:05:09");
    expect(wallDate(moment)).toBe("22/11/2026");
  });
});
