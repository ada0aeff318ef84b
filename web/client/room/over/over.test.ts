import { describe, expect, it } from "vitest";
import { mounted, nameless, part } from "../../shared/mounting";
import { CONFIG, writtenActs } from "../examples";
import { Over, wordsOf } from "./over";
import { EXAMPLES } from "./over.examples";

async function show(name: string): Promise<{ over: Over; done: string[] }> {
  const acts = writtenActs();
  const over = await mounted(new Over(), { room: EXAMPLES[name]!, acts, config: CONFIG });
  return { over, done: acts.done };
}

describe("after the room", () => {
  it.each(Object.keys(EXAMPLES))(
    "there is a title that has the focus, and one thing to do: %s",
    async (name) => {
      const { over } = await show(name);
      expect(over.querySelector("h1")).toBe(document.activeElement);
      expect(over.querySelectorAll(".btn-primary")).toHaveLength(1);
      expect(nameless(over)).toEqual([]);
    },
  );

  it("there is a way back only where the reception goes on", async () => {
    const { over, done } = await show("left");
    part(over, "enter-again").click();
    expect(done).toEqual(["prepare"]);
    expect(part(over, "over-onward").getAttribute("href")).toBe("/today");
    const closed = (await show("closed")).over;
    expect(closed.querySelector("[data-testid=enter-again]")).toBeNull();
    expect(part(closed, "over-onward").getAttribute("href")).toBe("/after");
  });

  it("says the reason where there is one, and takes an unknown end for an end", async () => {
    expect((await show("cancelled")).over.textContent).toContain("mất điện");
    expect(wordsOf("closed", false).next).toContain("what comes next");
    expect(wordsOf("from the future", true).title).toBe("The reception has ended.");
  });
});
