import { afterEach, describe, expect, it } from "vitest";
import { decimal, elapsed, wallClock, wallDate } from "./format";

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

describe("numbers", () => {
  afterEach(() => {
    document.documentElement.lang = "";
  });

  it("have the mark of the page's language", () => {
    const shown = (lang: string): string[] => {
      document.documentElement.lang = lang;
      return [decimal(1.5), decimal(2, 1, 1), decimal(0.75), decimal(12_000)];
    };
    expect(shown("vi")).toEqual(["1,5", "2,0", "0,75", "12000"]);
    expect(shown("en")).toEqual(["1.5", "2.0", "0.75", "12000"]);
  });
});
