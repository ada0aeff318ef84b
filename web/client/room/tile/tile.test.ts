import { describe, expect, it } from "vitest";
import { mounted, part } from "../../shared/mounting";
import { initials, Tile } from "./tile";
import { EXAMPLES } from "./tile.examples";

const show = (name: string): Promise<Tile> => mounted(new Tile(), { face: EXAMPLES[name]! });

describe("a tile", () => {
  it("says who, from where, and as what", async () => {
    const tile = await show("coming");
    expect(part(tile, "tile-agency").dataset["point"]).toBe("Điểm cầu agency");
    expect(tile.textContent).toContain("Người agency");
    expect(tile.textContent).toContain("Điểm cầu agency · agency");
  });

  it("says each state in words, not by colour alone", async () => {
    const words = async (name: string): Promise<string> => (await show(name)).textContent;
    expect(await words("camera off")).toContain("camera off");
    expect(await words("speaking")).toContain("speaking");
    expect(await words("line lost")).toContain("line lost");
    expect(await words("my line lost")).toContain("Reconnecting… (7 s)");
    expect(await words("with the floor and a hand")).toMatch(/hand raised[^]*has the floor/);
    expect(await words("waiting")).toContain("waits for the beginning");
    expect(await words("cannot be shown")).toContain("cannot show this picture (AV1)");
  });

  it("of a screen is another tile than that of its owner", async () => {
    expect(part(await show("screen"), "screen-agency")).toBeTruthy();
  });

  it("has initials of the first and the last word", () => {
    expect([initials("Trần Thị Chủ Trì"), initials(" an "), initials("")]).toEqual(["TT", "A", ""]);
  });
});
