/**
 * Gives every frame of a WebM file its true duration. Pure: bytes in, bytes out.
 *
 * Media Source Extensions (§ coded frame processing) take a step of more than twice the last frame's duration for a
 * discontinuity and then drop every frame up to the next key frame — after a short break of a line that can be a whole
 * minute of picture. A SimpleBlock has no duration, so browsers guess; a BlockGroup has (RFC 9559 § 5.1.3.5).
 */

import { elementsOf, joined, wrapped, writtenNumber, type Element_ } from "./ebml";
import { isPause, opusMs } from "./opus";

const ID = {
  ebml: 0x1a45dfa3,
  segment: 0x18538067,
  info: 0x1549a966,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  codec: 0x86,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
  blockDuration: 0x9b,
  referenceBlock: 0xfb,
} as const;

/** A block's own time is a signed 16-bit number of ms beside its cluster's; 30 s stays well below. */
const CLUSTER_MS = 30_000;
const KEY_FLAG = 0x80;
/** A longer hole after a pause is none of it: the recorder declares it (DTX_STALL_NS). */
const LONGEST_PAUSE_MS = 1_000;

/** One frame: `track` are the bytes of its track number, `body` what follows the block's header. */
interface Frame {
  atMs: number;
  key: boolean;
  track: Uint8Array;
  body: Uint8Array;
}

/**
 * The same file with durations; the last frame lasts until `endMs` of the file. Anything unexpected comes back as it is,
 * and so does sound without pauses, whose packets say how long they last.
 */
export function withDurations(bytes: Uint8Array, endMs: number): Uint8Array {
  const top = [...elementsOf(bytes)];
  const header = top.find((one) => one.id === ID.ebml);
  const segment = top.find((one) => one.id === ID.segment);
  if (header === undefined || segment === undefined) return bytes;
  const parts = [...elementsOf(segment.content)];
  const heads = parts.filter((one) => one.id === ID.info || one.id === ID.tracks);
  const frames = framesOf(parts.filter((one) => one.id === ID.cluster));
  if (frames === null || frames.length === 0) return bytes;
  const opus = isOpus(heads);
  const whole = opus ? withoutPauses(frames, endMs) : frames;
  if (opus && whole.length === frames.length) return bytes;
  const content = [
    ...heads.map((one) => wrapped(one.id, one.content)),
    ...clustersOf(whole, endMs, opus ? ({ body }) => opusMs(body) : () => Infinity),
  ];
  return joined([wrapped(ID.ebml, header.content), wrapped(ID.segment, ...content)]);
}

function isOpus(heads: readonly Element_[]): boolean {
  const tracks = heads.find((one) => one.id === ID.tracks);
  const entries = tracks === undefined ? [] : [...elementsOf(tracks.content)];
  const codecs = entries
    .filter((entry) => entry.id === ID.trackEntry)
    .flatMap((entry) => [...elementsOf(entry.content)].filter((one) => one.id === ID.codec));
  return codecs.some((codec) => new TextDecoder().decode(codec.content) === "A_OPUS");
}

/**
 * A sender in discontinuous transmission (DTX) says that a pause begins and then nothing for 400 ms. Browsers take the
 * length of sound from its packets, whatever a block says, and would stand still in each such hole: what said that a
 * pause begins is said again until it ends. It is heard as the comfort noise that listeners heard.
 */
function withoutPauses(frames: readonly Frame[], endMs: number): Frame[] {
  return frames.flatMap((frame, index) => {
    const pauseMs = (frames[index + 1]?.atMs ?? endMs) - frame.atMs;
    const stepMs = opusMs(frame.body);
    if (!isPause(frame.body) || stepMs === 0 || pauseMs > LONGEST_PAUSE_MS) return [frame];
    const times = Math.max(1, Math.floor(pauseMs / stepMs));
    return Array.from({ length: times }, (_, n) => ({
      ...frame,
      atMs: Math.round(frame.atMs + n * stepMs),
    }));
  });
}

/** Null where a block is of a kind that our recorder does not write (laced, or a group that says more than a time). */
function framesOf(clusters: readonly Element_[]): Frame[] | null {
  const frames: Frame[] = [];
  for (const cluster of clusters) {
    let clusterMs = 0;
    for (const part of elementsOf(cluster.content)) {
      if (part.id === ID.timestamp) clusterMs = numberOf(part.content);
      if (part.id !== ID.simpleBlock && part.id !== ID.blockGroup) continue;
      const read = part.id === ID.simpleBlock ? frameOf : groupedFrameOf;
      const frame = read(part.content, clusterMs);
      if (frame === null) return null;
      frames.push(frame);
    }
  }
  return frames;
}

function frameOf(block: Uint8Array, clusterMs: number): Frame | null {
  const first = block[0] ?? 0;
  const width = Math.clz32(first) - 23;
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  if (first === 0 || block.length < width + 3) return null;
  const flags = view.getUint8(width + 2);
  if ((flags & 0x06) !== 0) return null;
  return {
    atMs: clusterMs + view.getInt16(width),
    key: (flags & KEY_FLAG) !== 0,
    track: block.subarray(0, width),
    body: block.subarray(width + 3),
  };
}

/** Opus comes so, with a duration of 0. */
function groupedFrameOf(group: Uint8Array, clusterMs: number): Frame | null {
  const parts = [...elementsOf(group)];
  const known: number[] = [ID.block, ID.blockDuration, ID.referenceBlock];
  const block = parts.find((one) => one.id === ID.block);
  if (block === undefined || parts.some((one) => !known.includes(one.id))) return null;
  const frame = frameOf(block.content, clusterMs);
  return frame && { ...frame, key: parts.every((one) => one.id !== ID.referenceBlock) };
}

function clustersOf(
  frames: readonly Frame[],
  endMs: number,
  longestMs: (frame: Frame) => number,
): Uint8Array[] {
  const clusters: Uint8Array[] = [];
  let startMs = 0;
  let blocks: Uint8Array[] = [];
  const flush = (): void => {
    if (blocks.length > 0)
      clusters.push(wrapped(ID.cluster, wrapped(ID.timestamp, writtenNumber(startMs)), ...blocks));
    blocks = [];
  };
  frames.forEach((frame, index) => {
    if (blocks.length === 0 || frame.atMs - startMs >= CLUSTER_MS) {
      flush();
      startMs = frame.atMs;
    }
    const nextMs = frames[index + 1]?.atMs ?? endMs;
    const lastsMs = Math.min(nextMs - frame.atMs, longestMs(frame));
    blocks.push(groupOf(frame, frame.atMs - startMs, Math.max(1, Math.round(lastsMs))));
  });
  flush();
  return clusters;
}

function groupOf(frame: Frame, offsetMs: number, durationMs: number): Uint8Array {
  const head = new Uint8Array([(offsetMs >> 8) & 0xff, offsetMs & 0xff, 0]);
  const block = wrapped(ID.block, frame.track, head, frame.body);
  const duration = wrapped(ID.blockDuration, writtenNumber(durationMs));
  // Only that there is a reference says "no key frame"; which frame it is nobody asks.
  return frame.key
    ? wrapped(ID.blockGroup, block, duration)
    : wrapped(ID.blockGroup, block, duration, wrapped(ID.referenceBlock, new Uint8Array([0xff])));
}

function numberOf(content: Uint8Array): number {
  return content.reduce((value, byte) => value * 256 + byte, 0);
}
