import { describe, expect, it } from "vitest";
import { mounted, part } from "../../shared/mounting";
import { writtenActs } from "../examples";
import { Stage } from "./stage";
import { EXAMPLES } from "./stage.examples";

const show = (name: string): Promise<Stage> =>
  mounted(new Stage(), { room: EXAMPLES[name]!, acts: writtenActs() });

describe("the stage", () => {
  it("has a tile for everybody and a large one, which may be a screen", async () => {
    expect((await show("nine")).querySelectorAll("dc-tile")).toHaveLength(9);
    expect((await show("three")).querySelector("dc-tile[data-main]")?.textContent).toContain(
      "chair",
    );
    const shared = await show("a screen");
    expect(shared.querySelector("dc-tile[data-main]")).toBe(
      part(shared, "screen-agency").parentElement,
    );
  });

  it("keeps each tile's element when the layout changes", async () => {
    const stage = await show("three");
    const before = [...stage.querySelectorAll("video")];
    stage.room = EXAMPLES["three, all equal"]!;
    await stage.updateComplete;
    expect([...stage.querySelectorAll("video")]).toEqual(before);
    expect(stage.querySelector("[data-main]")).toBeNull();
  });
});
