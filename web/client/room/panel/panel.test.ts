import { describe, expect, it } from "vitest";
import { mounted, nameless, part } from "../../shared/mounting";
import { writtenActs } from "../examples";
import { Panel } from "./panel";
import { EXAMPLES } from "./panel.examples";

describe("the panel", () => {
  it("names every control, with whose it is", async () => {
    const panel = await mounted(new Panel(), { room: EXAMPLES["full"]!, acts: writtenActs() });
    expect(nameless(panel)).toEqual([]);
    expect(part(part(panel, "person-quiet"), "give-floor").textContent).toContain("Người quiet");
  });

  it("gives the floor, takes it back, mutes — each to the one it stands beside", async () => {
    const acts = writtenActs();
    const panel = await mounted(new Panel(), { room: EXAMPLES["full"]!, acts });
    part(part(panel, "person-asking"), "give-floor").click();
    part(part(panel, "person-speaking"), "take-floor").click();
    part(part(panel, "person-speaking"), "mute").click();
    part(panel, "mute-all").click();
    expect(acts.done).toEqual([
      "giveFloor asking",
      "takeFloor speaking",
      "mute speaking",
      "muteAll",
    ]);
  });

  it("offers no verb over oneself and no mute where nothing is open", async () => {
    const panel = await mounted(new Panel(), { room: EXAMPLES["full"]!, acts: writtenActs() });
    expect(part(panel, "person-chair").querySelector("button")).toBeNull();
    expect(part(part(panel, "person-quiet"), "mute").hasAttribute("disabled")).toBe(true);
  });

  it("says whose hands are up and who is not here yet", async () => {
    const panel = await mounted(new Panel(), { room: EXAMPLES["full"]!, acts: writtenActs() });
    expect(part(panel, "hands").textContent).toContain("Người asking");
    expect(part(panel, "expected").textContent).toContain("Suối Mơ");
  });
});
