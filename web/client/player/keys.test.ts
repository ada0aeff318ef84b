import { describe, expect, it } from "vitest";
import { actOfKey } from "./keys";
import { writtenActs } from "./testing";

function press(key: string, target: HTMLElement | null = document.body, held = {}): string[] {
  const acts = writtenActs();
  const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
  actOfKey({ ...plain, key, target, ...held }, acts)?.();
  return acts.done;
}

describe("keys", () => {
  it("do what the list of keys says", () => {
    expect(press(" ")).toEqual(["toggle"]);
    expect(press("ArrowRight")).toEqual(["jump 10000"]);
    expect(press("ArrowLeft", document.body, { shiftKey: true })).toEqual(["jump -60000"]);
    expect(press("n")).toEqual(["step 1"]);
    expect(press("P")).toEqual(["step -1"]);
    expect(press("+")).toEqual(["faster 1"]);
    expect(press("-")).toEqual(["faster -1"]);
    expect(press("3")).toEqual(["enlarge 3"]);
    expect(press("g")).toEqual(["enlarge 0"]);
    expect(press("s")).toEqual(["still"]);
    expect(press("m")).toEqual(["mute"]);
    expect(press("?")).toEqual(["keys true"]);
    expect(press("x")).toEqual([]);
  });

  it("leave fields, pressed buttons and the browser's own keys alone", () => {
    expect(press(" ", document.createElement("button"))).toEqual([]);
    expect(press("n", document.createElement("button"))).toEqual(["step 1"]);
    expect(press("ArrowLeft", document.createElement("textarea"))).toEqual([]);
    expect(press("s", document.createElement("select"))).toEqual([]);
    expect(press("s", document.body, { ctrlKey: true })).toEqual([]);
  });
});
