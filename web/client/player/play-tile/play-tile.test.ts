import { describe, expect, it, vi } from "vitest";
import { mounted, nameless, part } from "../../shared/mounting";
import { RECORDING } from "../testing";
import { tilesAt } from "../tiles";
import { PlayTile } from "./play-tile";

describe("a tile of the recording", () => {
  it("says why there is no picture, and offers a still only where there is one", async () => {
    const [gap] = tilesAt(RECORDING, 21_000, {});
    const acts = { still: vi.fn(), enlarge: vi.fn<(seat: string) => void>() };
    const tile = await mounted(new PlayTile(), { view: gap!, element: null, acts, large: false });
    expect(tile.textContent).toContain("gap: lost on the line");
    expect(part(tile, "still").hasAttribute("disabled")).toBe(true);
    part(tile, "enlarge").click();
    expect(acts.enlarge).toHaveBeenCalledWith("centre/camera");
    expect(nameless(tile)).toEqual([]);
  });
});
