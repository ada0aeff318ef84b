/**
 * Which tiles there are, which are large, and where each lies. Pure.
 *
 * The order is the room's own. Who speaks is not asked here: a speaker gets a frame, never a place. When the floor goes
 * to somebody else, they change places with whoever is usually large; nobody else moves.
 */

import type { ParticipantView, RoomView, Source } from "../../wire/signaling";
import type { Layout } from "../state";
import { citizenBeside, floorHolder, officialBeside, screenOwner, usuallyLarge } from "../view";
import { extent, GAP, lattice, PAGER, READABLE, spotIn, tileHeight } from "./geometry";
import type { Box, Lattice, Spot } from "./geometry";

export interface Placed extends Spot {
  readonly key: string;
  readonly who: ParticipantView;
  readonly source: Source;
  readonly main: boolean;
}

export interface Arrangement {
  /** Those of this page. */
  readonly tiles: readonly Placed[];
  readonly page: number;
  readonly pages: number;
  /** Who is in the room but on another page. */
  readonly elsewhere: readonly ParticipantView[];
}

interface Tile {
  readonly key: string;
  readonly who: ParticipantView;
  readonly source: Source;
}

/** Where the others lie beside the large ones. */
interface Plan {
  readonly large: readonly Spot[];
  readonly found: Lattice;
  readonly start: number;
  readonly top: number;
}

/** Others beside a large picture take at most this share of the room, and no tile grows beyond that width. */
const SIDE = 1 / 3;
const LARGEST = 304;

/** A shared screen is large in every layout. */
export function arrangement(room: RoomView, layout: Layout, page: number, box: Box): Arrangement {
  const screen = screenOwner(room);
  const shared: Tile[] =
    screen === null ? [] : [{ key: `${screen.id}/screen`, who: screen, source: "screen" }];
  const people = room.participants;
  const large = shared.length > 0 ? [] : largeOnes(room, layout);
  const usual =
    layout === "pair"
      ? [officialBeside(room, true), citizenBeside(room, true)]
      : [usuallyLarge(room)];
  const rest = (shared.length > 0 ? people : slots(people, large, usual)).map(cameraOf);
  return placed([...shared, ...large.map(cameraOf)], rest, page, box);
}

function cameraOf(who: ParticipantView): Tile {
  return { key: who.id, who, source: "camera" };
}

/** Nobody in the grid; who has the floor; or an official and a citizen, when there are both. */
function largeOnes(room: RoomView, layout: Layout): ParticipantView[] {
  const holder = layout === "grid" ? null : floorHolder(room);
  if (holder === null) return [];
  const official = officialBeside(room);
  const citizen = citizenBeside(room);
  return layout === "pair" && official !== null && citizen !== null
    ? [official, citizen]
    : [holder];
}

/** Everybody who is not large, in the room's order; who is usually large stands where the large one would. */
export function slots(
  people: readonly ParticipantView[],
  large: readonly ParticipantView[],
  usual: readonly (ParticipantView | null)[],
): ParticipantView[] {
  if (large.length === 0) return [...people];
  const isLarge = new Set(large.map((one) => one.id));
  const isUsual = new Set(usual.map((one) => one?.id));
  const waiting = usual.filter((one) => one !== null && !isLarge.has(one.id));
  const guests = large.filter((one) => !isUsual.has(one.id));
  const taken = new Map(guests.map((one, index) => [one.id, waiting[index] ?? null]));
  const moved = new Set([...taken.values()].map((one) => one?.id));
  return people.flatMap((one) => {
    if (isLarge.has(one.id)) return taken.get(one.id) ?? [];
    return moved.has(one.id) ? [] : [one];
  });
}

function placed(
  large: readonly Tile[],
  rest: readonly Tile[],
  wanted: number,
  box: Box,
): Arrangement {
  const plan = planOf(large.length, rest.length, box);
  const pages = rest.length === 0 ? 1 : plan.found.pages;
  const page = Math.max(0, Math.min(wanted, pages - 1));
  const first = page * plan.found.perPage;
  const here = rest.slice(first, first + plan.found.perPage);
  const shown = new Set(here);
  return {
    tiles: [
      ...plan.large.flatMap((spot, index) => {
        const tile = large[index];
        return tile === undefined ? [] : [{ ...tile, main: true, ...spot }];
      }),
      ...here.map((tile, index) => ({
        ...tile,
        main: false,
        ...spotIn(plan.found, index, plan.start, plan.top),
      })),
    ],
    page,
    pages,
    elsewhere: rest.filter((tile) => !shown.has(tile)).map((tile) => tile.who),
  };
}

function planOf(large: number, others: number, box: Box): Plan {
  if (large === 0) return equal(others, box);
  if (box.width < box.height) return above(large, others, box);
  return large === 1 ? beside(others, box) : sideBySide(others, box);
}

/** In the middle of the room; nobody alone is smaller than the room. */
function equal(count: number, box: Box): Plan {
  const found = lattice(count, box);
  const size = extent(found);
  const left = found.pages > 1 ? PAGER : 0;
  return {
    large: [],
    found,
    start: Math.max(0, (box.width - size.width) / 2),
    top: Math.max(0, (box.height - left - size.height) / 2),
  };
}

/** The large one at the start, the others in columns at the end. */
function beside(others: number, box: Box): Plan {
  if (others === 0)
    return { large: [{ start: 0, top: 0, ...box }], found: lattice(0, box), start: 0, top: 0 };
  const strip = stripOf(others, box);
  const width = extent(strip).width;
  const start = box.width - width;
  return {
    large: [{ start: 0, top: 0, width: start - GAP, height: box.height }],
    found: strip,
    start,
    top: 0,
  };
}

/** As few columns as let everybody be read, no wider than the side; pages when even that is not enough. */
function stripOf(others: number, box: Box): Lattice {
  const most = Math.max(1, Math.floor((box.width * SIDE + GAP) / (READABLE + GAP)));
  for (let columns = 1; columns <= most; columns += 1) {
    const wide = Math.max(READABLE, (box.width * SIDE - (columns - 1) * GAP) / columns);
    const side = { width: columns * wide + (columns - 1) * GAP, height: box.height };
    const found = lattice(
      others,
      side,
      columns,
      Math.max(READABLE, Math.min(LARGEST, box.width * 0.22)),
    );
    if (found.pages === 1 || columns === most) return found;
  }
  throw new RangeError("no column");
}

/** Two large ones beside each other, the others in rows below. */
function sideBySide(others: number, box: Box): Plan {
  const strip = belowOf(others, { width: box.width, height: box.height * SIDE });
  const used = strip.height === 0 ? 0 : strip.height + GAP;
  const width = (box.width - GAP) / 2;
  const height = Math.min(tileHeight(width), box.height - used);
  const top = Math.max(0, (box.height - used - height) / 2);
  const large = [0, width + GAP].map((start): Spot => ({ start, top, width, height }));
  const inset = Math.max(0, (box.width - extent(strip.found).width) / 2);
  return { large, found: strip.found, start: inset, top: box.height - used + (used && GAP) };
}

/** On a phone or a kiosk on its end: the large ones one above the other, the others below. */
function above(large: number, others: number, box: Box): Plan {
  const most = (box.height * (others === 0 ? 1 : 0.6) - (large - 1) * GAP) / large;
  const height = Math.min(tileHeight(box.width), most);
  const used = large * (height + GAP);
  const tops = Array.from({ length: large }, (_, index) => index * (height + GAP));
  const below = { width: box.width, height: Math.max(1, box.height - used) };
  return {
    large: tops.map((top): Spot => ({ start: 0, top, width: box.width, height })),
    found: lattice(others, below, others, (box.width - GAP) / 2),
    start: 0,
    top: used,
  };
}

function belowOf(others: number, room: Box): { found: Lattice; height: number } {
  const found = lattice(others, room, others, LARGEST);
  if (others === 0) return { found, height: 0 };
  return { found, height: extent(found).height + (found.pages > 1 ? PAGER : 0) };
}
