import { describe, expect, it } from "vitest";
import { person, view } from "../examples";
import type { Layout } from "../state";
import type { ParticipantView, RoomView } from "../../wire/signaling";
import { arrangement, slots, type Arrangement, type Placed } from "./arrangement";
import { PAGER, READABLE, type Box } from "./geometry";

/** The stage of these screens: bars and, on the first, the open panel taken off. */
const STAGES: Readonly<Record<string, Box>> = {
  "1366 × 768": { width: 998, height: 640 },
  "1366 × 768 without the panel": { width: 1350, height: 640 },
  "360 × 740": { width: 344, height: 470 },
  "1080 × 1920": { width: 1064, height: 1740 },
};
const LAYOUTS: readonly Layout[] = ["grid", "speaker", "pair"];
const COUNTS = Array.from({ length: 29 }, (_, index) => index + 2);

function room(
  count: number,
  change: (index: number) => Partial<ParticipantView> = () => ({}),
): RoomView {
  const role = (index: number): string =>
    index === 0 ? "chair" : index % 3 === 1 ? "citizen" : "agency";
  const people = Array.from({ length: count }, (_, index) =>
    person(`p${index}`, role(index), change(index)),
  );
  return view("p0", { participants: people });
}

function pagesOf(of: RoomView, layout: Layout, box: Box): Arrangement[] {
  const first = arrangement(of, layout, 0, box);
  return Array.from({ length: first.pages }, (_, page) => arrangement(of, layout, page, box));
}

const EPSILON = 0.01;

function overlap(one: Placed, other: Placed): boolean {
  return (
    one.start < other.start + other.width - EPSILON &&
    other.start < one.start + one.width - EPSILON &&
    one.top < other.top + other.height - EPSILON &&
    other.top < one.top + one.height - EPSILON
  );
}

const keys = (of: Arrangement, main: boolean): string[] =>
  of.tiles.filter((tile) => tile.main === main).map((tile) => tile.key);

describe.each(Object.entries(STAGES))("tiles on %s", (_, box) => {
  describe.each(LAYOUTS)("in the layout %s", (layout) => {
    it.each(COUNTS)("of %i points lie inside, apart, and can be read", (count) => {
      for (const page of pagesOf(room(count), layout, box)) {
        const bottom = box.height - (page.pages > 1 ? PAGER : 0);
        for (const tile of page.tiles) {
          expect(tile.start).toBeGreaterThanOrEqual(-EPSILON);
          expect(tile.top).toBeGreaterThanOrEqual(-EPSILON);
          expect(tile.start + tile.width).toBeLessThanOrEqual(box.width + EPSILON);
          if (!tile.main) expect(tile.top + tile.height).toBeLessThanOrEqual(bottom + EPSILON);
          expect(tile.top + tile.height).toBeLessThanOrEqual(box.height + EPSILON);
          expect(tile.width).toBeGreaterThanOrEqual(READABLE - EPSILON);
        }
        const pairs = page.tiles.flatMap((one, index) =>
          page.tiles.slice(index + 1).map((other): [Placed, Placed] => [one, other]),
        );
        expect(pairs.filter(([one, other]) => overlap(one, other))).toEqual([]);
      }
    });

    it.each(COUNTS)(
      "of %i points are all there, each on one page, in the room's order",
      (count) => {
        const pages = pagesOf(room(count), layout, box);
        const large = keys(pages[0]!, true);
        const rest = pages.flatMap((page) => keys(page, false));
        expect([...large, ...rest].sort()).toEqual(
          room(count)
            .participants.map((one) => one.id)
            .sort(),
        );
        expect(rest).toEqual(
          room(count)
            .participants.map((one) => one.id)
            .filter((id) => !large.includes(id)),
        );
        for (const page of pages) expect(keys(page, true)).toEqual(large);
      },
    );

    it("keep their places from page to page and beyond the last", () => {
      const pages = pagesOf(room(30), layout, box);
      const [first] = pages;
      for (const page of pages)
        page.tiles.forEach((tile, index) => {
          const there = first!.tiles[index]!;
          expect([tile.start, tile.top, tile.width]).toEqual([there.start, there.top, there.width]);
        });
      expect(arrangement(room(30), layout, 99, box).page).toBe(pages.length - 1);
      expect(arrangement(room(30), layout, -1, box).page).toBe(0);
    });

    it("are larger the fewer there are", () => {
      const smallest = COUNTS.map((count) =>
        Math.min(...arrangement(room(count), layout, 0, box).tiles.map((tile) => tile.width)),
      );
      for (const [index, width] of smallest.entries())
        if (index > 0) expect(width).toBeLessThanOrEqual(smallest[index - 1]! + READABLE);
    });
  });
});

const DESK = STAGES["1366 × 768"]!;

describe("nothing jumps", () => {
  const places = (of: RoomView, layout: Layout): Map<string, string> =>
    new Map(
      arrangement(of, layout, 0, DESK).tiles.map((tile) => [
        tile.key,
        [tile.start, tile.top, tile.width].join(),
      ]),
    );

  it("while somebody speaks, mutes, raises a hand or loses the line", () => {
    const change = { microphone_open: true, hand_raised: true, camera_on: false };
    for (const layout of LAYOUTS) {
      const busy = room(9, (index) => (index === 5 ? change : {}));
      expect(places(busy, layout)).toEqual(places(room(9), layout));
    }
    const away = room(9, (index) => (index === 5 ? { state: "away" } : {}));
    expect(places(away, "speaker")).toEqual(places(room(9), "speaker"));
  });

  it("when the floor goes round, but for the two who change places", () => {
    const given = (to: number): RoomView =>
      room(9, (index) => (index === to ? { floor: true } : {}));
    const moved = (one: Map<string, string>, other: Map<string, string>): string[] =>
      [...one.keys()].filter((key) => one.get(key) !== other.get(key)).sort();
    const usual = places(room(9), "speaker");
    expect(moved(usual, places(given(5), "speaker"))).toEqual(["p0", "p5"]);
    expect(moved(places(given(5), "speaker"), places(given(7), "speaker"))).toEqual([
      "p0",
      "p5",
      "p7",
    ]);
    expect(moved(places(room(9), "pair"), places(given(4), "pair"))).toEqual(["p1", "p4"]);
    expect(places(given(5), "grid")).toEqual(places(room(9), "grid"));
  });

  it("when the one who stands in for another is large too", () => {
    const [a, b, c] = ["a", "b", "c"].map((id) => person(id, "agency"));
    expect(slots([a!, b!, c!], [c!, a!], [a!, b!]).map((one) => one.id)).toEqual(["b"]);
  });
});

describe("who is large", () => {
  it("is an official and a citizen side by side; the floor's holder where there is no citizen", () => {
    expect(keys(arrangement(room(5), "pair", 0, DESK), true)).toEqual(["p0", "p1"]);
    const spoken = room(5, (index) => (index === 2 || index === 4 ? { floor: true } : {}));
    expect(keys(arrangement(spoken, "pair", 0, DESK), true)).toEqual(["p2", "p4"]);
    const officials = view("chair", {
      participants: [person("chair", "chair"), person("a", "agency")],
    });
    expect(keys(arrangement(officials, "pair", 0, DESK), true)).toEqual(["chair"]);
  });

  it("is a shared screen in every layout", () => {
    const people = [person("chair", "chair"), person("agency", "agency", { screen_shared: true })];
    for (const layout of LAYOUTS) {
      const arranged = arrangement(view("chair", { participants: people }), layout, 0, DESK);
      expect(keys(arranged, true)).toEqual(["agency/screen"]);
      expect(keys(arranged, false)).toEqual(["chair", "agency"]);
    }
  });

  it("has the most of the room", () => {
    for (const box of Object.values(STAGES))
      for (const count of COUNTS) {
        const { tiles } = arrangement(room(count), "speaker", 0, box);
        const area = (tile: Placed): number => tile.width * tile.height;
        expect(area(tiles[0]!)).toBeGreaterThan(2 * Math.max(...tiles.slice(1).map(area)));
      }
  });
});
