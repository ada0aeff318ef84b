import { describe, expect, it } from "vitest";
import { elapsed, wallClock, wallDate } from "./format";

describe("times", () => {
  it("elapsed counts whole seconds and never below zero", () => {
    expect(elapsed(761_999)).toBe("00:12:41");
    expect(elapsed(100 * 3_600_000)).toBe("100:00:00");
    expect(elapsed(-1)).toBe("00:00:00");
  });

  it("clock and date are those of the office's zone", () => {
    const moment = Date.UTC(2026, 10, 21, 17, 5, 9);
    expect(wallClock(moment, "Asia/Ho_Chi_Minh")).toBe("00:05:09");
    expect(wallDate(moment, "Asia/Ho_Chi_Minh")).toBe("22/11/2026");
    expect(wallClock(moment, "UTC")).toBe("17:05:09");
  });
});
