import { describe, expect, it, vi } from "vitest";
import { mounted, part } from "../../shared/mounting";
import { RECORDING } from "../testing";
import { Timebar } from "./timebar";

describe("the time bar", () => {
  it("says its place in words and goes where it is dragged", async () => {
    const seek = vi.fn<(ms: number) => void>();
    const bar = await mounted(new Timebar(), { recording: RECORDING, positionMs: 5_000, seek });
    const slider = part(bar, "timebar") as HTMLInputElement;
    expect(slider.getAttribute("aria-valuetext")).toBe("00:00:05");
    slider.value = "42000";
    slider.dispatchEvent(new Event("input"));
    expect(seek).toHaveBeenCalledWith(42_000);
  });
});
