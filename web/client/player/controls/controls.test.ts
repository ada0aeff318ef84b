import { describe, expect, it } from "vitest";
import { mounted, nameless, part } from "../../shared/mounting";
import { firstState } from "../state";
import { RECORDING, writtenActs } from "../testing";
import { Controls } from "./controls";

describe("controls", () => {
  it("name themselves and do what they say", async () => {
    const acts = writtenActs();
    const state = { ...firstState(false), recording: RECORDING, positionMs: 61_000 };
    const zone = "Asia/Ho_Chi_Minh";
    const controls = await mounted(new Controls(), { state, acts, zone, empty: true });
    expect(nameless(controls)).toEqual([]);
    expect(part(controls, "position").textContent).toBe("00:01:01");
    part(controls, "play-button").click();
    part(controls, "back-button").click();
    const rate = part(controls, "rate") as HTMLSelectElement;
    expect([...rate.options].map((one) => one.textContent.trim())).toContain("1.25×");
    rate.value = "1.5";
    rate.dispatchEvent(new Event("change"));
    for (const id of ["previous-button", "next-button", "skip-button", "keys-button"])
      part(controls, id).click();
    expect(acts.done).toEqual([
      "toggle",
      "jump -10000",
      "rate 1.5",
      "step -1",
      "step 1",
      "skip",
      "keys true",
    ]);
  });
});
