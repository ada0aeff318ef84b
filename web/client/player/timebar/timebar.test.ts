import { describe, expect, it, vi } from "vitest";
import { mounted, part } from "../../shared/mounting";
import { RECORDING, STEPS } from "../testing";
import { Timebar } from "./timebar";

async function bar(positionMs: number, seek = vi.fn<(ms: number) => void>()): Promise<Timebar> {
  return mounted(new Timebar(), { recording: RECORDING, steps: STEPS, positionMs, seek });
}

describe("the time bar", () => {
  it("says its place and what is there in words, and goes where it is dragged", async () => {
    const seek = vi.fn<(ms: number) => void>();
    const slider = part(await bar(21_000, seek), "timebar") as HTMLInputElement;
    expect(slider.getAttribute("aria-valuetext")).toBe(
      "00:00:21, Người centre: gap: lost on the line, 2 s, Main speaker: Người province",
    );
    slider.value = "42000";
    slider.dispatchEvent(new Event("input"));
    expect(seek).toHaveBeenCalledWith(42_000);
  });

  it("draws who leads along the foot of their lane, over who speaks", async () => {
    const shown = await bar(0);
    const chair = [...part(shown, "lanes").querySelectorAll("g")][0]!;
    const drawn = [...chair.querySelectorAll<SVGRectElement>(".dc-stripe")].map((one) => ({
      kind: one.dataset["kind"],
      foot: Number(one.getAttribute("y")) + Number(one.getAttribute("height")),
      height: Number(one.getAttribute("height")),
    }));
    expect(drawn.map((one) => one.kind)).toEqual(["there", "spoke", "led", "gap"]);
    expect(new Set(drawn.map((one) => one.foot)).size).toBe(1);
    expect(drawn[2]!.height).toBeLessThan(drawn[1]!.height / 2);
  });

  it("names its lanes, and shows the words to who moves it by keys", async () => {
    const shown = await bar(85_000);
    const names = [...shown.querySelectorAll(".dc-lane-names span")].map((one) => one.textContent);
    expect(names).toEqual(["Người centre", "Người commune", "Người province"]);
    expect(shown.querySelector("[data-testid=bubble]")).toBeNull();
    part(shown, "timebar").dispatchEvent(new FocusEvent("focus"));
    await shown.updateComplete;
    expect(part(shown, "bubble").textContent).toContain("paused by the chair");
    part(shown, "timebar").dispatchEvent(new FocusEvent("blur"));
    await shown.updateComplete;
    expect(shown.querySelector("[data-testid=bubble]")).toBeNull();
  });
});
