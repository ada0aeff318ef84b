import { describe, expect, it } from "vitest";
import { mounted, nameless, part } from "../../shared/mounting";
import { writtenActs } from "../examples";
import { Stage } from "./stage";
import { EXAMPLES } from "./stage.examples";

const show = (name: string, acts = writtenActs()): Promise<Stage> =>
  mounted(new Stage(), { room: EXAMPLES[name]!, acts });

const large = (stage: Stage): string[] =>
  [...stage.querySelectorAll("dc-tile[data-main] article")].map(
    (one) => (one as HTMLElement).dataset["testid"] ?? "",
  );

describe("the stage", () => {
  it("has a tile for everybody and the large ones of its layout, which may be a screen", async () => {
    expect((await show("nine")).querySelectorAll("dc-tile")).toHaveLength(9);
    expect(large(await show("three"))).toEqual(["tile-chair"]);
    expect(large(await show("three, all equal"))).toEqual([]);
    expect(large(await show("three, side by side"))).toEqual(["tile-chair", "tile-citizen"]);
    expect(large(await show("a screen"))).toEqual(["screen-agency"]);
  });

  it("keeps each tile's element when the layout changes or somebody speaks", async () => {
    const stage = await show("three");
    const order = (): (string | undefined)[] =>
      [...stage.querySelectorAll<HTMLElement>("article")].map((one) => one.dataset["testid"]);
    const before = new Set(stage.querySelectorAll("video"));
    for (const name of ["three, all equal", "three, side by side"]) {
      stage.room = EXAMPLES[name]!;
      await stage.updateComplete;
      expect(new Set(stage.querySelectorAll("video"))).toEqual(before);
    }
    const silent = order();
    stage.room = { ...EXAMPLES["three, side by side"]!, speakers: ["citizen"] };
    await stage.updateComplete;
    expect(order()).toEqual(silent);
  });

  it("turns pages when not everybody fits, plays nothing of the others, and names who speaks there", async () => {
    const acts = writtenActs();
    const stage = await show("thirty", acts);
    expect(nameless(stage)).toEqual([]);
    expect(stage.querySelectorAll("video").length).toBeLessThan(30);
    expect(stage.querySelector("[data-testid=tile-p29]")).toBeNull();
    expect(part(stage, "heard-elsewhere").textContent).toContain("Người p29");
    expect(part(stage, "page-back").hasAttribute("disabled")).toBe(true);
    part(stage, "page-on").click();
    expect(acts.done).toEqual(["turnPage 1"]);
    stage.room = { ...EXAMPLES["thirty"]!, page: 99 };
    await stage.updateComplete;
    expect(part(stage, "tile-p29")).toBeTruthy();
    expect(part(stage, "tile-p0")).toBeTruthy();
    expect(part(stage, "heard-elsewhere").textContent).toBe("");
  });

  it("says which pictures of others are on the screen, and none once it is gone", async () => {
    const said: string[][] = [];
    const acts = new Proxy(writtenActs(), {
      get: (target, name): unknown =>
        name === "shown"
          ? (pictures: readonly { participant: string; source: string }[]) =>
              said.push(pictures.map((one) => `${one.participant}/${one.source}`))
          : target[name as keyof typeof target],
    });
    const stage = await show("a screen", acts);
    const you = EXAMPLES["a screen"]!.room!.you;
    expect(said.at(-1)).toContain("agency/screen");
    expect(said.at(-1)).not.toContain(`${you}/camera`);
    stage.room = { ...EXAMPLES["thirty"]!, page: 99 };
    await stage.updateComplete;
    expect(said.at(-1)).toContain("p29/camera");
    stage.room = EXAMPLES["thirty"]!;
    await stage.updateComplete;
    expect(said.at(-1)).not.toContain("p29/camera");
    stage.remove();
    expect(said.at(-1)).toEqual([]);
  });

  it("has no pages when everybody fits", async () => {
    expect((await show("nine")).querySelector("[data-testid=pager]")).toBeNull();
  });
});
