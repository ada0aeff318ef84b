import { describe, expect, it } from "vitest";
import { person, view } from "../examples";
import { arrangeTiles, columnsFor } from "./arrangement";

describe("tiles", () => {
  it("stand in the room's order with the floor's holder large", () => {
    const tiles = arrangeTiles(view("citizen"), "floor");
    expect(tiles.map((tile) => [tile.key, tile.main])).toEqual([
      ["chair", true],
      ["agency", false],
      ["citizen", false],
    ]);
  });

  it("are all equal in the grid", () => {
    expect(arrangeTiles(view("citizen"), "grid").some((tile) => tile.main)).toBe(false);
  });

  it("give way to a shared screen in every layout", () => {
    const people = [person("chair", "chair"), person("agency", "agency", { screen_shared: true })];
    const tiles = arrangeTiles(view("chair", { participants: people }), "grid");
    expect(tiles[0]).toMatchObject({ key: "agency/screen", source: "screen", main: true });
    expect(tiles).toHaveLength(3);
  });

  it("fill a square", () => {
    expect([1, 2, 4, 5, 9, 30].map(columnsFor)).toEqual([1, 2, 2, 3, 3, 6]);
  });
});
