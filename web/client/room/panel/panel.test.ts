import { describe, expect, it } from "vitest";
import { mounted, nameless, part } from "../../shared/mounting";
import { NO_CHAT } from "../chat-state";
import { message, writtenActs } from "../examples";
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

  it("says once who is not here, though they sit at a device of their own", async () => {
    const panel = await mounted(new Panel(), {
      room: EXAMPLES["somebody absent"]!,
      acts: writtenActs(),
    });
    expect(part(panel, "absent").textContent).toContain("Lê Văn C");
    expect(part(panel, "expected").textContent).not.toContain("Lê Văn C");
    expect(part(panel, "expected").textContent).toContain("Suối Mơ");
  });

  it("says in words how each one's line is, never in numbers", async () => {
    const panel = await mounted(new Panel(), { room: EXAMPLES["full"]!, acts: writtenActs() });
    const line = (id: string): string =>
      part(part(panel, `person-${id}`), "person-line").textContent;
    expect([line("quiet"), line("asking"), line("gone")].map((one) => one.trim())).toEqual([
      "line very weak",
      "line good",
      "line lost",
    ]);
    expect(part(panel, "person-quiet").textContent).toContain("camera off");
  });

  it("has tabs that are walked with arrows; citizens have what is written alone", async () => {
    const acts = writtenActs();
    const panel = await mounted(new Panel(), { room: EXAMPLES["full"]!, acts });
    const tabs = [...panel.querySelectorAll<HTMLElement>("[role=tab]")];
    expect(tabs.map((one) => [one.dataset["testid"], one.tabIndex])).toEqual([
      ["tab-people", 0],
      ["tab-agenda", -1],
      ["tab-chat", -1],
    ]);
    const arrow = (key: string): boolean =>
      tabs[0]!.dispatchEvent(
        new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
      );
    arrow("ArrowRight");
    arrow("ArrowLeft");
    part(panel, "tab-agenda").click();
    expect(acts.done).toEqual(["showTab agenda", "showTab chat", "showTab agenda"]);
    const citizen = await mounted(new Panel(), {
      room: EXAMPLES["citizen"]!,
      acts: writtenActs(),
      zone: "UTC",
    });
    expect(citizen.querySelectorAll("[role=tab]")).toHaveLength(1);
    expect(part(citizen, "messages")).toBeTruthy();
    expect(citizen.querySelector("[data-testid^=person-]")).toBeNull();
  });

  it("says on the tab what is new, in words to who listens", async () => {
    const chat = { ...NO_CHAT, messages: [message(1), message(2)] };
    const room = { ...EXAMPLES["full"]!, chat };
    const panel = await mounted(new Panel(), { room, acts: writtenActs() });
    expect(part(panel, "tab-chat").textContent).toMatch(/Chat\s+2\s+2 new/);
    expect(part(panel, "tab-people").textContent).toMatch(/People\s+5/);
  });

  it("gives the chair back to who was appointed and is there again", async () => {
    const acts = writtenActs();
    const panel = await mounted(new Panel(), { room: EXAMPLES["a deputy in the chair"]!, acts });
    expect(part(panel, "person-deputy").textContent).toContain("chair, as deputy");
    part(part(panel, "person-first"), "return-chair").click();
    expect(acts.done).toEqual(["dialog return_chair"]);
    expect(panel.querySelectorAll("[data-testid=return-chair]")).toHaveLength(1);
  });
});
