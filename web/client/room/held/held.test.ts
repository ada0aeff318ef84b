import { describe, expect, it } from "vitest";
import { mounted, part } from "../../shared/mounting";
import { writtenActs } from "../examples";
import { Held } from "./held";
import { EXAMPLES } from "./held.examples";

const show = (name: string): Promise<Held> =>
  mounted(new Held(), { room: EXAMPLES[name]!, acts: writtenActs() });

describe("who is held", () => {
  it("is told that the place is right, that the office knows, and sees only themselves", async () => {
    const held = await show("before the beginning");
    expect(held.textContent).toContain("You are in the right place.");
    expect(held.textContent).toContain("We have not begun.");
    expect(held.querySelectorAll("dc-tile")).toHaveLength(1);
    expect(part(held, "tile-citizen")).toBeTruthy();
  });

  it("in a pause is asked to stay", async () => {
    expect((await show("in a pause")).textContent).toContain("Please stay");
  });
});
