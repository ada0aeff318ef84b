import { describe, expect, it } from "vitest";
import { mounted, nameless, part } from "../../shared/mounting";
import { writtenActs } from "../examples";
import { NoticesList } from "./notices-list";
import { EXAMPLES } from "./notices-list.examples";

async function show(name: string): Promise<{ list: NoticesList; done: string[] }> {
  const acts = writtenActs();
  const list = await mounted(new NoticesList(), { room: EXAMPLES[name]!, acts });
  return { list, done: acts.done };
}

describe("notices", () => {
  it("are said politely; the place they are said in is there before them", async () => {
    const polite = (list: NoticesList): string =>
      list.querySelector("[aria-live=polite]")?.textContent.trim() ?? "none";
    expect(polite((await show("nothing")).list)).toBe("");
    expect(polite((await show("somebody came")).list)).toContain("An has come in");
  });

  it("of trouble are said at once, say what to do, and can be put away", async () => {
    const { list, done } = await show("camera busy");
    expect(list.querySelector("[role=alert]")?.textContent).toContain("Close it");
    expect(nameless(list)).toEqual([]);
    part(list, "trouble-away").click();
    expect(done).toEqual(["putTroubleAway"]);
    const away = await show("server away");
    expect(away.list.textContent).toContain("Check the network cable");
  });
});
