import { describe, expect, it, vi } from "vitest";
import { mounted, nameless, part } from "../../shared/mounting";
import { STEPS } from "../testing";
import { Events } from "./events";

describe("the list of events", () => {
  it("goes to the event or gap that is pressed and marks the present one", async () => {
    const seek = vi.fn<(ms: number) => void>();
    const show = vi.fn();
    const current = STEPS[4]!;
    const events = await mounted(new Events(), {
      steps: STEPS,
      showing: "all",
      current,
      seek,
      show,
    });
    const lines = events.querySelectorAll<HTMLElement>("[data-testid=event]");
    expect([...lines].map((line) => line.dataset["kind"])).toEqual(STEPS.map((step) => step.kind));
    expect(lines[4]?.getAttribute("aria-current")).toBe("true");
    expect(lines[3]?.textContent).toContain("Người centre: gap: lost on the line, 2 s");
    lines[3]?.click();
    expect(seek).toHaveBeenCalledWith(20_000);
    expect(lines[2]?.textContent).toContain("Main speaker: Người province, 00:00:33");
    lines[2]?.click();
    expect(seek).toHaveBeenLastCalledWith(17_000);
    const choice = part(events, "showing") as HTMLSelectElement;
    choice.value = "gaps";
    choice.dispatchEvent(new Event("change"));
    expect(show).toHaveBeenCalledWith("gaps");
    expect(nameless(events)).toEqual([]);
  });

  it("says that nothing is missing", async () => {
    const events = await mounted(new Events(), { steps: [], showing: "gaps", current: null });
    expect(events.textContent).toContain("The recording has no gaps.");
    events.showing = "led";
    await events.updateComplete;
    expect(events.textContent).toContain("The record does not say who led the talk.");
  });
});
