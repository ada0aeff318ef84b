import { describe, expect, it } from "vitest";
import { mounted, part } from "../../shared/mounting";
import { Topbar } from "./topbar";
import { EXAMPLES } from "./topbar.examples";

const show = (name: string): Promise<Topbar> => mounted(new Topbar(), { room: EXAMPLES[name]! });

describe("the top bar", () => {
  const face = async (name: string): Promise<HTMLElement> =>
    part(await show(name), "recording-state");

  it("says what the recording does, in icon, word and tone", async () => {
    expect((await face("not yet")).textContent).toContain("NOT YET RECORDING");
    expect((await face("writing")).textContent).toContain("RECORDING");
    expect((await face("late")).dataset["tone"]).toBe("late");
    expect((await face("lost")).textContent).toContain("must be paused");
    expect((await face("lost")).dataset["tone"]).toBe("bad");
    expect((await face("paused")).textContent).toContain("PAUSED");
    for (const name of Object.keys(EXAMPLES))
      expect((await face(name)).querySelector("svg")).not.toBeNull();
  });

  it("counts the time since the beginning and says the case", async () => {
    const topbar = await show("writing");
    expect(part(topbar, "elapsed").textContent).toBe("00:01:01");
    expect(topbar.textContent).toContain("case 1 of 2");
    expect((await show("not yet")).querySelector("[data-testid=elapsed]")).toBeNull();
  });

  it("says what whoever conducts should know before it hurts", async () => {
    const alarms = async (name: string): Promise<HTMLElement> => part(await show(name), "alarms");
    expect((await alarms("writing")).querySelector("p")).toBeNull();
    const low = await alarms("disk low");
    expect(low.textContent).toContain("9.1 GB");
    expect(low.querySelector("p")?.dataset["tone"]).toBe("late");
    document.documentElement.lang = "vi";
    expect((await alarms("disk low")).textContent).toContain("9,1 GB");
    document.documentElement.lang = "";
    const both = [...(await alarms("database away, disk short")).querySelectorAll("p")];
    expect(both.map((one) => one.dataset["tone"])).toEqual(["bad", "late"]);
  });

  it("says how the line is, and when it is being made anew", async () => {
    const line = async (name: string): Promise<string> =>
      part(await show(name), "line-state").textContent;
    expect(await line("weak line")).toContain("line weak");
    expect(await line("weak as the room says")).toContain("line weak");
    expect(await line("line lost")).toContain("reconnecting");
    expect(await line("media lost")).toContain("reconnecting");
  });
});
