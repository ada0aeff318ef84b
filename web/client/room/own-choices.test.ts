import { describe, expect, it } from "vitest";
import { nextLayout, OwnChoices } from "./own-choices";

class Kept {
  readonly #values = new Map<string, string>();

  getItem(key: string): string | null {
    return this.#values.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#values.set(key, value);
  }
}

describe("one's own choices", () => {
  it("are kept for each role by itself", () => {
    const kept = new Kept();
    new OwnChoices("chair", kept).keepLayout("pair");
    expect(new OwnChoices("chair", kept).layout()).toBe("pair");
    expect(new OwnChoices("citizen", kept).layout()).toBe("speaker");
  });

  it("begin with the usual where nothing is kept, or nonsense", () => {
    const kept = new Kept();
    kept.setItem("diemcau.layout.chair", "floor");
    expect(new OwnChoices("chair", kept).layout()).toBe("speaker");
    const none = new OwnChoices("chair", null);
    none.keepLayout("grid");
    expect(none.layout()).toBe("speaker");
  });

  it("go round all layouts", () => {
    expect(["speaker", "grid", "pair"].map((one) => nextLayout(one as "grid"))).toEqual([
      "grid",
      "pair",
      "speaker",
    ]);
  });
});
