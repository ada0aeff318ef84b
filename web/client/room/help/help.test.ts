import { describe, expect, it } from "vitest";
import { mounted, nameless, part } from "../../shared/mounting";
import { writtenActs } from "../examples";
import { Help } from "./help";
import { EXAMPLES } from "./help.examples";

async function show(name: string): Promise<{ help: Help; done: string[] }> {
  const acts = writtenActs();
  const help = await mounted(new Help(), { room: EXAMPLES[name]!, acts });
  return { help, done: acts.done };
}

describe("an operator's help", () => {
  it("is not there while nobody offers it", async () => {
    expect((await show("nobody")).help.textContent.trim()).toBe("");
  });

  it("is asked about aloud and answered by a button", async () => {
    const { help, done } = await show("offered");
    expect(help.querySelector("[role=alert]")?.textContent).toContain("Kỹ Thuật from Điểm cầu Sở");
    expect(nameless(help)).toEqual([]);
    part(help, "help-accept").click();
    part(help, "help-decline").click();
    expect(done).toEqual(["answerHelp seat-help true", "answerHelp seat-help false"]);
  });

  it("can be ended as long as it holds", async () => {
    const { help, done } = await show("accepted");
    expect(help.querySelector("[role=alert]")).toBeNull();
    part(help, "help-end").click();
    expect(done).toEqual(["endHelp seat-help"]);
  });
});
