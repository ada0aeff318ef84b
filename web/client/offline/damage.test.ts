import { describe, expect, it } from "vitest";
import type { Fault } from "./check";
import { againstDeclared, DAMAGE } from "./damage";

const CHANGED: Fault = { path: "r/x", algorithm: "sha256", expected: "1", found: "2" };
const FOUND: Fault = { ...CHANGED, path: "data/r/x" };
const text = (...faults: Fault[]): string => JSON.stringify({ format: 1, recording: "r", faults });

describe("declared damage", () => {
  it("is told apart from what nobody declared", () => {
    const other: Fault = { ...FOUND, path: "data/r/y" };
    expect(againstDeclared([FOUND, other], "r", text(CHANGED))).toEqual({
      declared: [FOUND],
      faults: [other],
    });
    expect(againstDeclared([FOUND], "r", undefined)).toEqual({ declared: [], faults: [FOUND] });
  });

  it("that is not so, of another recording, or no declaration is a fault", () => {
    const wrong = [text({ ...CHANGED, found: "3" }), "{", "null", "[]", text()];
    for (const one of wrong) {
      const sorted = againstDeclared([FOUND], "r", one);
      expect(sorted.declared).toEqual([]);
      expect(sorted.faults.map((fault) => fault.path)).toContain("data/r/x");
      expect(sorted.faults.map((fault) => fault.path)).toContain(DAMAGE);
    }
    expect(againstDeclared([FOUND], "other", text(CHANGED)).declared).toEqual([]);
    expect(againstDeclared([], "r", text(CHANGED)).faults).toHaveLength(1);
  });
});
