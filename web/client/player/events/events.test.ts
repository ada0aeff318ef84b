import { describe, expect, it, vi } from "vitest";
import { mounted } from "../../shared/mounting";
import { RECORDING } from "../testing";
import { Events } from "./events";

describe("the list of events", () => {
  it("goes to the event that is pressed and marks the present one", async () => {
    const seek = vi.fn<(ms: number) => void>();
    const events = await mounted(new Events(), { recording: RECORDING, current: 1, seek });
    const lines = events.querySelectorAll<HTMLElement>("[data-testid=event]");
    expect([...lines].map((line) => line.dataset["kind"])).toEqual([
      "ReceptionStarted",
      "ReceptionInterrupted",
      "ReceptionResumed",
      "ReceptionClosed",
    ]);
    expect(lines[1]?.getAttribute("aria-current")).toBe("true");
    lines[2]?.click();
    expect(seek).toHaveBeenCalledWith(90_000);
  });
});
