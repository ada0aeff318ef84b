import { describe, expect, it } from "vitest";
import { sameFrames } from "./forms";
import golden from "./golden-forms.json";

const bytesOf = (base64: string): Uint8Array =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const MASTER = bytesOf(golden.master);
const FORM = bytesOf(golden.form);

describe("a form for browsers", () => {
  it("shows its master's frames", () => {
    expect(sameFrames(MASTER, FORM)).toBe(true);
  });

  it("that was changed is found wherever Python finds it (tests/unit/bridge/test_forms.py)", () => {
    const unseen = FORM.filter((_, at) => {
      const changed = FORM.slice();
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      return sameFrames(MASTER, changed);
    });
    expect(unseen.length).toBe(664);
  });

  it("that is cut off, empty or another file is none", () => {
    for (const body of [new Uint8Array(), FORM.subarray(0, -1), FORM.subarray(8), MASTER])
      expect(sameFrames(MASTER, body)).toBe(false);
    for (const body of [new Uint8Array(), MASTER.subarray(0, -40), FORM])
      expect(sameFrames(body, FORM)).toBe(false);
  });
});
