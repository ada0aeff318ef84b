import { describe, expect, it, vi } from "vitest";
import { mounted, nameless, part } from "../../shared/mounting";
import { Purpose } from "./purpose";

describe("the purpose", () => {
  it("is asked with a label and not taken empty", async () => {
    const give = vi.fn<(purpose: string) => void>();
    const purpose = await mounted(new Purpose(), { give });
    expect(nameless(purpose)).toEqual([]);
    const form = purpose.querySelector("form")!;
    form.dispatchEvent(new Event("submit", { cancelable: true }));
    (part(purpose, "purpose-text") as HTMLTextAreaElement).value = "Giải quyết khiếu nại";
    form.dispatchEvent(new Event("submit", { cancelable: true }));
    expect(give.mock.calls).toEqual([["Giải quyết khiếu nại"]]);
  });
});
