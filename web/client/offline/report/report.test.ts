import { describe, expect, it } from "vitest";
import { mounted, nameless, part } from "../../shared/mounting";
import type { Checked } from "../check";
import { firstOfflineState, reduceOffline, type OfflineState } from "../state";
import { originOf, Report } from "./report";

const KEY = "ab".repeat(32);
const CHECKED: Checked = {
  manifest: null,
  recording: null,
  manifestSha256: "cd".repeat(32),
  signed: { state: "holds", key: KEY },
  whole: true,
  files: 7,
  bytes: 900,
  faults: [],
  declared: [],
};

function done(change: Partial<Checked> = {}): OfflineState {
  return reduceOffline(firstOfflineState("en"), {
    type: "checked",
    checked: { ...CHECKED, ...change },
  });
}

const show = (state: OfflineState): Promise<Report> =>
  mounted(new Report(), { state, acts: { fingerprint: () => undefined } });

describe("who sealed it", () => {
  it.each([
    ["", "open", "late"],
    [KEY.toUpperCase(), "matches", "good"],
    [`SHA256 Fingerprint=${KEY.replace(/..(?=.)/g, "$&:")}`, "matches", "good"],
    ["cd".repeat(32), "differs", "bad"],
    ["ab:cd", "incomplete", "late"],
    [`${KEY}0`, "incomplete", "late"],
    ["z".repeat(64), "incomplete", "late"],
  ])("with %j typed: %s", (typed, word, tone) => {
    expect(originOf(CHECKED, typed)).toMatchObject({ word, tone });
  });

  it("is never good where the signature is missing, broken or cannot be checked", () => {
    const states = [
      { state: "unsigned" },
      { state: "broken", key: KEY },
      { state: "unknown", key: KEY, algorithm: "ed25519" },
    ] as const;
    for (const signed of states)
      for (const typed of ["", KEY])
        expect(originOf({ ...CHECKED, signed }, typed).tone).not.toBe("good");
    expect(originOf({ ...CHECKED, signed: { state: "unsigned" } }, KEY).tone).toBe("bad");
  });
});

describe("the report", () => {
  it("says first that it checks, then what it found", async () => {
    const checking = await show(reduceOffline(firstOfflineState("en"), { type: "chosen" }));
    expect(part(checking, "progress").getAttribute("aria-label")).toBe("Check");
    const whole = await show(done());
    expect(part(whole, "verdict").dataset["word"]).toBe("holds");
    expect(nameless(whole)).toEqual([]);
  });

  it("names damage that was declared, and calls it neither whole nor a fault", async () => {
    const fault = { path: "data/x", algorithm: "sha256", expected: "1", found: "2" } as const;
    const report = await show(done({ declared: [fault] }));
    expect(part(report, "verdict").dataset["word"]).toBe("declared");
    expect(part(report, "declared").textContent).toContain("data/x");
    const worse = await show(done({ declared: [fault], faults: [{ ...fault, path: "data/y" }] }));
    expect(part(worse, "verdict").dataset["word"]).toBe("faulty");
  });

  it("lists every fault with its path", async () => {
    const fault = { path: "data/x", algorithm: "sha256", expected: "1", found: "2" } as const;
    const missing = {
      path: "data/y",
      algorithm: "presence",
      expected: "present",
      found: "missing",
    } as const;
    const report = await show(done({ faults: [fault, missing] }));
    expect(part(report, "verdict").dataset["word"]).toBe("faulty");
    expect(part(report, "faults").textContent.replace(/\s+/g, " ")).toContain(
      "data/x: changed: SHA-256 expected 1, found 2 data/y: missing",
    );
  });
});
