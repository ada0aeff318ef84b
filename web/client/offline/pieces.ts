/** Where the player gets a segment: the file beside it, in the form browsers play. */

import type { Loaded, LoadPiece } from "../player/feed";
import type { Manifest, ManifestSegment } from "../wire/web";
import type { Bag } from "./folder";

const TYPES: Readonly<Record<string, string>> = {
  vp8: 'video/webm; codecs="vp8"',
  vp9: 'video/webm; codecs="vp09.00.41.08"',
  opus: 'audio/webm; codecs="opus"',
};

/**
 * Rejects for a segment that is not in the bag, or in no form for browsers, or not as it was sealed: what somebody put
 * in its place is never shown. `faulty`: paths in which the check found a fault.
 */
export function loaderOf(bag: Bag, manifest: Manifest, faulty: ReadonlySet<string>): LoadPiece {
  const segments = new Map(
    manifest.tracks.flatMap((track) =>
      track.segments.map((one): [string, ManifestSegment] => [`${track.id}/${one.number}`, one]),
    ),
  );
  return async (track, number) => {
    const segment = segments.get(`${track}/${number}`);
    const file = segment === undefined ? undefined : bag.files.get(playedPath(segment));
    if (segment === undefined || file === undefined)
      throw new Error(`no file for ${track}/${number}`);
    if (faulty.has(`data/${segment.key}`) || faulty.has(playedPath(segment)))
      throw new Error(`the file for ${track}/${number} is not as it was sealed`);
    return loaded(segment, await file.arrayBuffer());
  };
}

/** H264 in Matroska plays nowhere: the export put the same packets beside it as fragmented MP4. */
export function playedPath(segment: ManifestSegment): string {
  const path = `data/${segment.key}`;
  return segment.container === "matroska" ? path.replace(/\.[^.]*$/, ".mp4") : path;
}

function loaded(segment: ManifestSegment, bytes: ArrayBuffer): Loaded {
  const type = typeOf(segment, new Uint8Array(bytes));
  if (type === undefined) throw new Error(`no browser plays ${segment.codec}`);
  return { type, bytes };
}

/** As `recorder/remux.py` names it for the pages. */
function typeOf(segment: ManifestSegment, bytes: Uint8Array): string | undefined {
  if (segment.container === "matroska") return mp4Type(bytes);
  return segment.codec === "av1" ? av1Type(bytes) : TYPES[segment.codec];
}

/** Name of the AV1 in it, from its CodecPrivate (the element 63 A2), an av1C: AV1 in ISOBMFF, sections 2.3 and 5. */
export function av1Type(bytes: Uint8Array): string | undefined {
  const at = indexOf(bytes, [0x63, 0xa2]);
  if (at < 0) return undefined;
  const start = at + 3 + Math.clz32(bytes[at + 2] ?? 0) - 24; // behind the length, as long as its leading zeros say
  const [version, levels, details] = bytes.subarray(start, start + 3);
  if (version !== 0x81 || levels === undefined || details === undefined) return undefined;
  const level = String(levels & 0x1f).padStart(2, "0");
  const tier = details & 0x80 ? "H" : "M";
  const bits = details & 0x40 ? (details & 0x20 ? "12" : "10") : "08";
  return `video/webm; codecs="av01.${levels >> 5}.${level}${tier}.${bits}"`;
}

/** RFC 6381 name of the H264 in it: the three bytes behind the version of its decoder configuration (`avcC`). */
export function mp4Type(bytes: Uint8Array): string | undefined {
  const at = indexOf(bytes, [0x61, 0x76, 0x63, 0x43]);
  if (at < 0) return undefined;
  const profile = Array.from(bytes.subarray(at + 5, at + 8), (byte) =>
    byte.toString(16).padStart(2, "0"),
  );
  return `video/mp4; codecs="avc1.${profile.join("")}"`;
}

/** The header comes first and is short. */
const HEADER_BYTES = 4096;

function indexOf(bytes: Uint8Array, wanted: readonly number[]): number {
  return bytes
    .subarray(0, HEADER_BYTES)
    .findIndex((_, at) => wanted.every((byte, offset) => bytes[at + offset] === byte));
}
