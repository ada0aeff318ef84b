/** How many tiles fit into a box, and where each lies. Pure; lengths in CSS pixels, tiles are 16:9. */

export interface Box {
  readonly width: number;
  readonly height: number;
}

export interface Spot extends Box {
  /** From the box's inline start, so that it is right in both directions of writing. */
  readonly start: number;
  readonly top: number;
}

/** Equal tiles in rows; `perPage` of them at once. */
export interface Lattice {
  readonly columns: number;
  readonly width: number;
  readonly perPage: number;
  readonly pages: number;
}

export const GAP = 8;
/** The narrowest tile whose name plate can still be read and whose face be known. */
export const READABLE = 150;
/** Height of the row that turns pages. */
export const PAGER = 52;

export const tileHeight = (width: number): number => (width * 9) / 16;

/** Length of `count` tiles in a row with the gaps between them. */
export function run(count: number, length: number): number {
  return count * length + Math.max(0, count - 1) * GAP;
}

/** Share of `length` for each of `count` beside each other. */
function share(length: number, count: number): number {
  return (length - (count - 1) * GAP) / count;
}

/** The widest that `count` tiles can be in this many columns. */
export function widthIn(count: number, columns: number, box: Box): number {
  const rows = Math.ceil(count / columns);
  return Math.min(share(box.width, columns), (share(box.height, rows) * 16) / 9);
}

/** Of choices that are as wide, the one with the fewest rows. */
function widest(count: number, box: Box, columns: readonly number[], largest: number): Lattice {
  const choices = columns.map((each) => ({
    columns: each,
    width: Math.max(1, Math.min(largest, widthIn(count, each, box))),
  }));
  const best = choices.reduce((one, other) => (other.width >= one.width ? other : one));
  return { ...best, perPage: count, pages: 1 };
}

/**
 * All tiles at once as wide as they can be; as many as are readable when that is too small, on further pages the rest.
 * Pages are laid out alike, whatever is left for the last. `columns`: how many there may be at most.
 */
export function lattice(count: number, box: Box, columns = count, largest = Infinity): Lattice {
  const most = Math.max(1, Math.min(columns, count));
  const choices = Array.from({ length: most }, (_, index) => index + 1);
  const whole = widest(Math.max(1, count), box, choices, largest);
  if (whole.width >= READABLE || count <= 1) return whole;
  const paged = { width: box.width, height: box.height - PAGER };
  const across = Math.min(most, Math.max(1, Math.floor((box.width + GAP) / (READABLE + GAP))));
  const down = Math.max(1, Math.floor((paged.height + GAP) / (tileHeight(READABLE) + GAP)));
  const perPage = Math.min(count, across * down);
  const each = widest(perPage, paged, choices.slice(0, perPage), largest);
  return { ...each, pages: Math.ceil(count / perPage) };
}

/** Size of a page of the lattice. */
export function extent(found: Lattice): Box {
  const rows = Math.ceil(found.perPage / found.columns);
  return { width: run(found.columns, found.width), height: run(rows, tileHeight(found.width)) };
}

/** Where number `index` of a page lies, from `start` and `top`. */
export function spotIn(found: Lattice, index: number, start: number, top: number): Spot {
  const height = tileHeight(found.width);
  return {
    start: start + (index % found.columns) * (found.width + GAP),
    top: top + Math.floor(index / found.columns) * (height + GAP),
    width: found.width,
    height,
  };
}
