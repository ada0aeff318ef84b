/**
 * Whether a form for browsers (`…/00001.mp4`) shows, frame by frame, what its sealed master (`…/00001.mkv`) holds.
 *
 * No list that the office signed names these forms, so each is compared with its master; strict about what may stand in
 * the MP4 at all, so that no player finds other pictures in it. The same as `bridge/forms.py`. Pure.
 */

import { elementsOf, joined, type Element_ } from "../player/ebml";

interface Frames {
  /** The decoder's configuration (avcC). */
  readonly decoder: Uint8Array;
  readonly timesMs: readonly number[];
  readonly sizes: readonly number[];
  readonly bytes: Uint8Array;
}

/** Not of the form that the recorder writes. */
class Odd extends Error {}

/** Matroska counts in ms, MP4 in ticks of its own. */
const NEAR_MS = 2;

/** False also for a form that is built otherwise than we build it. */
export function sameFrames(master: Uint8Array, form: Uint8Array): boolean {
  try {
    const sealed = ofMatroska(master);
    const shown = ofMp4(form);
    return (
      same(sealed.decoder, shown.decoder) &&
      same(sealed.bytes, shown.bytes) &&
      same(sealed.sizes, shown.sizes) &&
      sealed.timesMs.every((atMs, at) => Math.abs(atMs - (shown.timesMs[at] ?? NaN)) <= NEAR_MS)
    );
  } catch (error) {
    // RangeError: a number that would lie behind the end.
    if (error instanceof Odd || error instanceof RangeError) return false;
    throw error;
  }
}

function same(one: ArrayLike<number>, other: ArrayLike<number>): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}

function demand(holds: boolean): void {
  if (!holds) throw new Odd();
}

// ── Matroska (RFC 9559) ──────────────────────────────────────────────────────────────────────────────────────────

const ID = {
  segment: 0x18538067,
  tracks: 0x1654ae6b,
  entry: 0xae,
  codecPrivate: 0x63a2,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
} as const;

function ofMatroska(bytes: Uint8Array): Frames {
  const segment = [...elementsOf(only(elementsOf(bytes), ID.segment))];
  const entry = only(elementsOf(only(segment, ID.tracks)), ID.entry);
  const timesMs: number[] = [];
  const frames: Uint8Array[] = [];
  for (const cluster of segment.filter((one) => one.id === ID.cluster))
    for (const [atMs, frame] of blocksOf(cluster.content)) {
      timesMs.push(atMs);
      frames.push(frame);
    }
  const sizes = frames.map((frame) => frame.length);
  const decoder = only(elementsOf(entry), ID.codecPrivate);
  return { decoder, timesMs, sizes, bytes: joined(frames) };
}

function* blocksOf(cluster: Uint8Array): Generator<[number, Uint8Array]> {
  let beganMs = 0;
  for (const { id, content } of elementsOf(cluster)) {
    if (id === ID.timestamp) beganMs = content.reduce((sum, byte) => sum * 256 + byte, 0);
    if (id !== ID.simpleBlock && id !== ID.blockGroup) continue;
    const block = id === ID.simpleBlock ? content : only(elementsOf(content), ID.block);
    // No long track number, no lacing.
    demand((block[0] ?? 0) >= 0x80 && ((block[3] ?? 0xff) & 0x06) === 0);
    yield [beganMs + viewOf(block).getInt16(1), block.subarray(4)];
  }
}

function only(elements: Iterable<Element_>, id: number): Uint8Array {
  const [found, ...more] = [...elements].filter((one) => one.id === id);
  if (found === undefined || more.length > 0) throw new Odd();
  return found.content;
}

// ── fragmented MP4 (ISO/IEC 14496-12, as `recorder/remux.py` writes it) ──────────────────────────────────────────

type Box = readonly [kind: string, content: Uint8Array];

const GIVEN = { offset: 0x1, firstFlags: 0x4, duration: 0x100, size: 0x200, flags: 0x400 } as const;
const TRUN_KNOWN = 0x705;
/** Base is the moof; default duration, size and flags are given. */
const TFHD = 0x020038;

function ofMp4(bytes: Uint8Array): Frames {
  const boxes = boxesOf(bytes);
  const kinds = boxes.map(([kind]) => kind).join(" ");
  demand(/^ftyp moov( moof mdat)*( mfra)?$/.test(kinds));
  const { decoder, scale } = trackOf(boxes[1]?.[1] ?? new Uint8Array());
  const timesMs: number[] = [];
  const sizes: number[] = [];
  const frames: Uint8Array[] = [];
  for (let at = 2; boxes[at]?.[0] === "moof"; at += 2) {
    const moof = boxes[at]?.[1] ?? new Uint8Array();
    const mdat = boxes[at + 1]?.[1] ?? new Uint8Array();
    for (const [ticks, size] of samplesOf(moof, mdat.length)) {
      timesMs.push((ticks * 1000) / scale);
      sizes.push(size);
    }
    frames.push(mdat);
  }
  return { decoder, timesMs, sizes, bytes: joined(frames) };
}

/** The decoder's configuration, and ticks in a second. One track, and no sample outside of fragments. */
function trackOf(moov: Uint8Array): { decoder: Uint8Array; scale: number } {
  const trak = children(children(moov, "mvhd trak mvex udta")("trak"), "tkhd edts mdia");
  const edts = trak("edts");
  if (edts.length > 0) {
    const list = viewOf(children(edts, "elst")("elst"));
    // Nothing of it may be cut off at the beginning.
    demand(list.getUint32(0) === 0 && list.getUint32(4) === 1 && list.getInt32(12) === 0);
  }
  const mdia = children(trak("mdia"), "mdhd hdlr minf");
  const stbl = children(
    children(mdia("minf"), "vmhd dinf stbl")("stbl"),
    "stsd stts stsc stsz stco",
  );
  for (const kind of ["stts", "stsc", "stsz", "stco"])
    demand(stbl(kind).every((byte) => byte === 0));
  const [head, stsd] = [viewOf(mdia("mdhd")), viewOf(stbl("stsd"))];
  demand(head.getUint8(0) === 0 && stsd.getUint32(0) === 0 && stsd.getUint32(4) === 1);
  const entry = onlyBox(boxesOf(stbl("stsd").subarray(8)), "avc1");
  return {
    decoder: onlyBox(boxesOf(entry.subarray(78)), "avcC"),
    scale: head.getUint32(12) || 1,
  };
}

/** Decoding time in ticks and bytes of each; together they are the whole `mdat`. */
function* samplesOf(moof: Uint8Array, octets: number): Generator<[number, number]> {
  const traf = children(children(moof, "mfhd traf")("traf"), "tfhd tfdt trun");
  const [tfhd, tfdt, trun] = [viewOf(traf("tfhd")), viewOf(traf("tfdt")), viewOf(traf("trun"))];
  const flags = trun.getUint32(0);
  demand(tfhd.getUint32(0) === TFHD && (flags & ~TRUN_KNOWN) === 0 && (flags & GIVEN.offset) !== 0);
  demand(trun.getInt32(8) === moof.length + 16);
  let ticks = tfdt.getUint8(0) === 1 ? Number(tfdt.getBigUint64(4)) : tfdt.getUint32(4);
  let place = flags & GIVEN.firstFlags ? 16 : 12;
  let total = 0;
  const next = (given: number, otherwise: number): number => {
    if ((flags & given) === 0) return otherwise;
    place += 4;
    return trun.getUint32(place - 4);
  };
  for (let left = trun.getUint32(4); left > 0; left -= 1) {
    const duration = next(GIVEN.duration, tfhd.getUint32(8));
    const size = next(GIVEN.size, tfhd.getUint32(12));
    next(GIVEN.flags, 0);
    total += size;
    demand(size > 0 && total <= octets);
    yield [ticks, size];
    ticks += duration;
  }
  demand(total === octets);
}

/** Each once, no other, and all but an edit list and metadata (which then are empty). */
function children(bytes: Uint8Array, known: string): (kind: string) => Uint8Array {
  const boxes = boxesOf(bytes);
  const found = new Map(boxes);
  const kinds = known.split(" ");
  demand(found.size === boxes.length && [...found.keys()].every((kind) => kinds.includes(kind)));
  demand(kinds.every((kind) => found.has(kind) || kind === "edts" || kind === "udta"));
  return (kind) => found.get(kind) ?? new Uint8Array();
}

function boxesOf(bytes: Uint8Array): Box[] {
  const view = viewOf(bytes);
  const boxes: Box[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = view.getUint32(at);
    // Of 64 bits, or to the end: we write neither.
    demand(size >= 8 && at + size <= bytes.length);
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    boxes.push([kind, bytes.subarray(at + 8, at + size)]);
    at += size;
  }
  return boxes;
}

function onlyBox(boxes: readonly Box[], kind: string): Uint8Array {
  const [found, ...more] = boxes.filter(([one]) => one === kind);
  if (found === undefined || more.length > 0) throw new Odd();
  return found[1];
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
