import { describe, expect, it } from "vitest";
import type { Quality } from "./quality";
import { SteadyLine } from "./steady-line";

const told = (line: SteadyLine, ...readings: Quality[]): (Quality | null)[] =>
  readings.map((reading) => line.heard(reading));

describe("what the room is told of my line", () => {
  it("is what has held for two readings, once", () => {
    const line = new SteadyLine();
    expect(told(line, "good", "good", "good", "poor", "good", "good")).toEqual([
      null,
      "good",
      null,
      null,
      null,
      null,
    ]);
    expect(told(line, "bad", "bad", "bad")).toEqual([null, "bad", null]);
  });

  it("is said again to a room that forgot", () => {
    const line = new SteadyLine();
    told(line, "good", "good");
    line.forget();
    expect(line.heard("good")).toBe("good");
  });
});
