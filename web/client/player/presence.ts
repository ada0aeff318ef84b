/** What a track has at a moment, and which of its files a stretch of time needs. Pure. */

import type { Hole, Piece, PlayTrack, Span } from "./recording";

export type Presence =
  { there: "piece"; piece: Piece } | { there: "hole"; hole: Hole } | { there: "nothing" };

/** Where a declared hole and a file overlap the hole is right: the file has only nothing there. */
export function presenceAt(track: PlayTrack, atMs: number): Presence {
  const hole = track.holes.find((one) => covers(one, atMs));
  if (hole !== undefined) return { there: "hole", hole };
  const piece = track.pieces.find((one) => covers(one, atMs));
  return piece === undefined ? { there: "nothing" } : { there: "piece", piece };
}

/** The files that [from, to) needs, the first first. */
export function piecesBetween(track: PlayTrack, fromMs: number, toMs: number): Piece[] {
  return track.pieces.filter((piece) => piece.startMs < toMs && piece.endMs > fromMs);
}

/** Tracks whose element should exist around a moment. */
export function tracksAround(
  tracks: readonly PlayTrack[],
  atMs: number,
  beforeMs: number,
  afterMs: number,
): PlayTrack[] {
  return tracks.filter((track) => {
    const first = track.pieces[0];
    const last = track.pieces.at(-1);
    if (first === undefined || last === undefined) return false;
    return first.startMs < atMs + afterMs && last.endMs > atMs - beforeMs;
  });
}

/** Tracks do not begin in the same instant; a first picture this much later still belongs to the beginning. */
const BEGINNING_MS = 1_500;

/** Where the player opens: the first moment at which everybody who is there from the beginning has a picture. */
export function firstMoment(tracks: readonly PlayTrack[]): number {
  const starts = tracks
    .filter((track) => track.source === "camera")
    .map((track) => track.pieces[0]?.startMs ?? Infinity)
    .filter((startMs) => startMs <= BEGINNING_MS);
  return Math.max(0, ...starts);
}

/** Where every track has nothing from `atMs` on: the end of that stretch, null when some track has something now. */
export function emptyUntil(tracks: readonly PlayTrack[], atMs: number): number | null {
  let until = Infinity;
  for (const track of tracks) {
    const presence = presenceAt(track, atMs);
    if (presence.there === "piece") return null;
    until = Math.min(until, nextPieceAfter(track, atMs));
  }
  return until === Infinity ? null : until;
}

function nextPieceAfter(track: PlayTrack, atMs: number): number {
  const hole = track.holes.find((one) => covers(one, atMs));
  const fromMs = hole === undefined ? atMs : hole.endMs;
  const next = track.pieces.find((piece) => piece.endMs > fromMs);
  return next === undefined ? Infinity : Math.max(fromMs, next.startMs);
}

function covers(span: Span, atMs: number): boolean {
  return span.startMs <= atMs && atMs < span.endMs;
}
