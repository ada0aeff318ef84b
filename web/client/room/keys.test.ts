import { describe, expect, it } from "vitest";
import { writtenActs } from "./examples";
import { actOfKey } from "./keys";

function press(key: string, change: object = {}): string[] {
  const acts = writtenActs();
  const plain = { ctrlKey: false, metaKey: false, altKey: false, repeat: false, target: null };
  actOfKey({ ...plain, key, ...change }, acts)?.();
  return acts.done;
}

describe("keys", () => {
  it("do what the list says", () => {
    expect(["m", "V", "h", "l", "C", "f", "?"].flatMap((key) => press(key))).toEqual([
      "toggleMicrophone",
      "toggleCamera",
      "toggleHand",
      "toggleLayout",
      "toggleChat",
      "toggleFullScreen",
      "dialog keys",
    ]);
  });

  it("do nothing while typing, with another key, or when held down", () => {
    for (const name of ["textarea", "input", "select"])
      for (const key of ["m", "v", "h", "l", "c", "f", "?"])
        expect(press(key, { target: document.createElement(name) })).toEqual([]);
    expect(press("m", { ctrlKey: true })).toEqual([]);
    expect(press("m", { repeat: true })).toEqual([]);
    expect(press("x")).toEqual([]);
  });
});
