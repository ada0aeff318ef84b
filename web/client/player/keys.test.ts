import { describe, expect, it } from "vitest";
import { actOfKey } from "./keys";
import { writtenActs } from "./testing";

describe("keys", () => {
  it("leave fields and pressed buttons alone", () => {
    const press = (key: string, target: HTMLElement | null, shiftKey = false): string[] => {
      const acts = writtenActs();
      const plain = { ctrlKey: false, metaKey: false, altKey: false };
      actOfKey({ ...plain, key, shiftKey, target }, acts)?.();
      return acts.done;
    };
    expect(press(" ", document.body)).toEqual(["toggle"]);
    expect(press("ArrowRight", document.body)).toEqual(["jump 5000"]);
    expect(press("ArrowLeft", document.body, true)).toEqual(["jump -30000"]);
    expect(press(" ", document.createElement("button"))).toEqual([]);
    expect(press("ArrowLeft", document.createElement("textarea"))).toEqual([]);
  });
});
