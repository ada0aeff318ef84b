/** What each tile shows at a moment: which element, and if none, why. Pure. */

import type { FeedState } from "./feed";
import { presenceAt } from "./presence";
import type { Hole, PlaySeat, PlayTrack, Recording } from "./recording";

export interface TileView {
  readonly key: string;
  readonly seat: PlaySeat;
  readonly source: "camera" | "screen";
  /** The track to show, null for none. */
  readonly track: string | null;
  /** A word for what is missing: a reason of the manifest, `absent`, `loading`, `broken`; null when there is a picture. */
  readonly missing: string | null;
  /** The track's hole is a fault of the recording, not somebody's wish. */
  readonly fault: boolean;
  readonly speaking: boolean;
  readonly muted: boolean;
}

/** One tile for each seat, and one for each screen that is shared at the moment. */
export function tilesAt(
  recording: Recording,
  atMs: number,
  feeds: Readonly<Record<string, FeedState>>,
): TileView[] {
  // At the very end everybody has just left; what stands there is the last picture.
  const shownMs = Math.min(atMs, recording.durationMs - 1);
  return recording.seats.flatMap((seat) => {
    const own = recording.tracks.filter((track) => track.seat === seat.id);
    const screen = pick(own, "screen", shownMs);
    const camera = view(seat, "camera", pick(own, "camera", shownMs), shownMs, feeds, own);
    const shared = screen !== null && presenceAt(screen, shownMs).there === "piece";
    return shared ? [camera, view(seat, "screen", screen, shownMs, feeds, own)] : [camera];
  });
}

/** Tracks do not begin and end in the same instant as their people come and go; this much is no absence. */
const LEEWAY_MS = 1_000;

function pick(own: readonly PlayTrack[], source: string, atMs: number): PlayTrack | null {
  const covering = (leewayMs: number): PlayTrack | undefined =>
    own.find(
      (one) =>
        one.source === source && one.startMs - leewayMs <= atMs && atMs < one.endMs + leewayMs,
    );
  return covering(0) ?? covering(LEEWAY_MS) ?? null;
}

function view(
  seat: PlaySeat,
  source: "camera" | "screen",
  track: PlayTrack | null,
  atMs: number,
  feeds: Readonly<Record<string, FeedState>>,
  own: readonly PlayTrack[],
): TileView {
  const microphone = pick(own, "microphone", atMs);
  const gap = gapAt(track === null ? own : [track], source, atMs);
  return {
    key: `${seat.id}/${source}`,
    seat,
    source,
    track: track?.id ?? null,
    missing: track === null && gap !== null ? gap.reason : whyMissing(seat, track, atMs, feeds),
    fault: gap !== null,
    speaking: seat.spoke.some((span) => span.startMs <= atMs && atMs < span.endMs),
    muted: microphone === null || presenceAt(microphone, atMs).there !== "piece",
  };
}

/** The gap there; between two connections of one seat it is one that a track declares outside of itself. */
function gapAt(own: readonly PlayTrack[], source: string, atMs: number): Hole | null {
  const holes = own.filter((track) => track.source === source).flatMap((track) => track.holes);
  const covering = holes.find((hole) => hole.startMs <= atMs && atMs < hole.endMs);
  return covering?.kind === "gap" ? covering : null;
}

/** A picture that stands still for a moment needs no words over it; the time bar shows the gap all the same. */
const BRIEF_MS = 700;

function isBrief(hole: Hole): boolean {
  return hole.kind === "gap" && hole.endMs - hole.startMs < BRIEF_MS;
}

function whyMissing(
  seat: PlaySeat,
  track: PlayTrack | null,
  atMs: number,
  feeds: Readonly<Record<string, FeedState>>,
): string | null {
  const there = seat.there.some((span) => span.startMs <= atMs && atMs < span.endMs);
  if (!there) return "absent";
  if (track === null) return "nothing";
  const presence = presenceAt(track, atMs);
  if (presence.there === "hole") return isBrief(presence.hole) ? null : presence.hole.reason;
  // Behind its last file the last picture stands for a moment; before its first there is none yet.
  if (presence.there === "nothing" && atMs < track.endMs - LEEWAY_MS) return "nothing";
  const state = feeds[track.id];
  if (state === "broken") return "broken";
  return state === "playing" || state === "hole" ? null : "loading";
}
