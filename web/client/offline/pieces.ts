/** Where the player gets a segment: the file beside it, in the form browsers play. */

import type { Loaded, LoadPiece } from "../player/feed";
import type { Manifest, ManifestSegment } from "../wire/web";
import type { Bag } from "./folder";

const TYPES: Readonly<Record<string, string>> = {
  vp8: 'video/webm; codecs="vp8"',
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
  const type =
    segment.container === "matroska" ? mp4Type(new Uint8Array(bytes)) : TYPES[segment.codec];
  if (type === undefined) throw new Error(`no browser plays ${segment.codec}`);
  return { type, bytes };
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
