/** Which picture and sound is whose. Pure bookkeeping beside the receiving connection. */

import type { DownlinkTrack, Source } from "../wire/signaling";

export type Key = `${string}/${Source}`;

export function keyOf(participant: string, source: Source): Key {
  return `${participant}/${source}`;
}

/** The tracks in use by who and what, for those m-lines that the browser has. An offer says it whole, so nothing is kept. */
export function arrange<Track>(
  tracks: readonly DownlinkTrack[],
  byMid: ReadonlyMap<string, Track>,
): Map<Key, Track> {
  const arranged = new Map<Key, Track>();
  for (const { mid, participant, source } of tracks) {
    const track = byMid.get(mid);
    if (track !== undefined) arranged.set(keyOf(participant, source), track);
  }
  return arranged;
}

/** Which connection an offer is of: another session than before, and the node made its transport anew. */
export function sessionOf(sdp: string): string {
  return /^o=\S+ (\S+)/m.exec(sdp)?.[1] ?? "";
}
