import { describe, expect, it } from "vitest";
import { mounted, nameless, part } from "../../shared/mounting";
import { inside, person, view, writtenActs } from "../examples";
import { Bar } from "./bar";
import { EXAMPLES } from "./bar.examples";

async function show(name: keyof typeof EXAMPLES): Promise<{ bar: Bar; done: string[] }> {
  const acts = writtenActs();
  const bar = await mounted(new Bar(), { room: EXAMPLES[name]!, acts });
  return { bar, done: acts.done };
}

describe("the bar", () => {
  it.each(Object.keys(EXAMPLES))("names every control: %s", async (name) => {
    const { bar } = await show(name);
    expect(nameless(bar)).toEqual([]);
  });

  it("has one primary action: start, none while live, pause when nothing is recorded, go on", async () => {
    const primary = async (name: string): Promise<string[]> =>
      [...(await show(name)).bar.querySelectorAll<HTMLElement>(".btn-primary")].map(
        (one) => one.dataset["testid"] ?? "",
      );
    expect(await primary("chair before the start")).toEqual(["start-button"]);
    expect(await primary("chair live")).toEqual([]);
    expect(await primary("chair, nothing recorded")).toEqual(["pause-button"]);
    expect(await primary("chair in a pause")).toEqual(["resume-button"]);
  });

  it("asks before a pause, unless nothing is recorded", async () => {
    const calm = await show("chair live");
    part(calm.bar, "pause-button").click();
    expect(calm.done).toEqual(["dialog interrupt"]);
    const urgent = await show("chair, nothing recorded");
    part(urgent.bar, "pause-button").click();
    expect(urgent.done).toEqual(["interrupt"]);
  });

  it("asks before it ends or starts for all", async () => {
    const live = await show("chair live");
    part(live.bar, "end-button").click();
    const before = await show("chair before the start");
    part(before.bar, "start-button").click();
    expect([...live.done, ...before.done]).toEqual(["dialog close", "dialog start"]);
  });

  it("shows a citizen no verbs over others", async () => {
    const { bar } = await show("citizen without the floor");
    for (const id of ["end-button", "pause-button", "panel-button", "start-button"])
      expect(bar.querySelector(`[data-testid="${id}"]`)).toBeNull();
  });

  it("lets the microphone button say why, without the floor; it stays in the order of tabs", async () => {
    const { bar } = await show("citizen without the floor");
    const button = part(bar, "mic-button");
    expect(button.dataset["state"]).toBe("not_permitted");
    expect(button.getAttribute("aria-disabled")).toBe("true");
    expect(button.title).toContain("Raise your hand");
    const speaking = await show("citizen speaking");
    expect(part(speaking.bar, "mic-button").dataset["state"]).toBe("open");
  });

  it("has a sheet for what a narrow screen has no room for, for officials alone", async () => {
    const { bar, done } = await show("chair live");
    part(bar, "more-button").click();
    expect(done).toEqual(["dialog more"]);
    const guest = await show("citizen speaking");
    expect(guest.bar.querySelector("[data-testid=more-button]")).toBeNull();
    const hidden = (root: Element, id: string): boolean =>
      part(root, id).classList.contains("dc-bar-wide");
    expect([hidden(bar, "layout-button"), hidden(guest.bar, "layout-button")]).toEqual([
      true,
      false,
    ]);
  });

  it("counts the hands for who conducts", async () => {
    const room = view("chair", {
      participants: [person("chair", "chair"), person("citizen", "citizen", { hand_raised: true })],
    });
    const bar = await mounted(new Bar(), { room: inside(room), acts: writtenActs() });
    expect(part(bar, "panel-button").textContent).toContain("1");
  });

  it("goes round the layouts, naming the next", async () => {
    const { bar, done } = await show("chair live");
    expect(part(bar, "layout-button").textContent).toContain("All equal");
    part(bar, "layout-button").click();
    bar.room = { ...EXAMPLES["chair live"]!, layout: "grid" };
    await bar.updateComplete;
    expect(part(bar, "layout-button").textContent).toContain("Side by side");
    expect(done).toEqual(["toggleLayout"]);
  });

  it("counts what was written and not read, for everybody", async () => {
    const { bar, done } = await show("citizen, two unread");
    expect(part(bar, "chat-button").textContent).toContain("2 new");
    part(bar, "chat-button").click();
    expect(done).toEqual(["toggleChat"]);
  });

  it("offers a deputy the chair when nobody holds it, after a question", async () => {
    const { bar, done } = await show("secretary, chair gone");
    const button = part(bar, "take-chair-button");
    expect(button.classList.contains("btn-primary")).toBe(true);
    button.click();
    expect(done).toEqual(["dialog take_chair"]);
    const { bar: chair } = await show("chair live");
    expect(chair.querySelector("[data-testid=take-chair-button]")).toBeNull();
  });

  it("keeps the place of the next case when the last one is received", async () => {
    const cases = [1, 2].map((number) => ({ number, title: `Case ${number}` }));
    const pressed = async (present: number): Promise<[string | null, string[]]> => {
      const acts = writtenActs();
      const room = inside(view("chair", { cases, case_number: present }));
      const button = part(await mounted(new Bar(), { room, acts }), "next-case-button");
      button.click();
      return [button.getAttribute("aria-disabled"), acts.done];
    };
    expect(await pressed(1)).toEqual(["false", ["nextCase"]]);
    expect(await pressed(2)).toEqual(["true", []]);
    const one = inside(view("chair", { cases: cases.slice(0, 1), case_number: 1 }));
    const bar = await mounted(new Bar(), { room: one, acts: writtenActs() });
    expect(bar.querySelector("[data-testid=next-case-button]")).toBeNull();
  });
});
