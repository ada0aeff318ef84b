/** Who spoke when, and who led, from the events that each name everybody who does from there on. Pure. */

import type { PlaySeat, PlayTrack, RawMark, Span } from "./recording";

/** Spans by participant. */
type Spans = ReadonlyMap<string, Span[]>;

export interface Speech {
  readonly spoke: Spans;
  /** Who leads goes on leading in a pause, until another does. */
  readonly led: Spans;
}

export function speechOf(marks: readonly RawMark[], durationMs: number): Speech {
  const moved = marks.filter((one) => one.kind === "SpeakersMoved");
  return {
    spoke: spansBy(moved, speakersIn, durationMs),
    led: spansBy(moved, leaderIn, durationMs),
  };
}

function speakersIn(mark: RawMark): string[] {
  const named = mark.detail["participants"];
  return Array.isArray(named) ? named.map(String) : [];
}

/** Older records do not say who led. */
function leaderIn(mark: RawMark): string[] {
  const named = mark.detail["dominant"];
  return typeof named === "string" ? [named] : [];
}

function spansBy(
  moved: readonly RawMark[],
  namedIn: (mark: RawMark) => string[],
  durationMs: number,
): Spans {
  const spans = new Map<string, Span[]>();
  const open = new Map<string, number>();
  const close = (participant: string, endMs: number): void => {
    const startMs = open.get(participant);
    open.delete(participant);
    if (startMs === undefined || endMs <= startMs) return;
    spans.set(participant, [...(spans.get(participant) ?? []), { startMs, endMs }]);
  };
  for (const mark of moved) {
    const named = new Set(namedIn(mark));
    for (const known of [...open.keys()]) if (!named.has(known)) close(known, mark.atMs);
    for (const one of named) if (!open.has(one)) open.set(one, mark.atMs);
  }
  for (const known of [...open.keys()]) close(known, durationMs);
  return spans;
}

/** Nobody speaks or leads where nothing was recorded of it: in a pause, a gap, behind a closed microphone. */
export function asRecorded(
  seat: PlaySeat,
  tracks: readonly PlayTrack[],
  pauses: readonly Span[],
): PlaySeat {
  const own = tracks.filter((track) => track.seat === seat.id && track.source === "microphone");
  const missing = [...pauses, ...own.flatMap((track) => track.holes)].sort(byStart);
  const left = (spans: readonly Span[]): Span[] => spans.flatMap((span) => without(span, missing));
  return { ...seat, spoke: left(seat.spoke), led: left(seat.led) };
}

export const byStart = (one: Span, other: Span): number => one.startMs - other.startMs;

/** What is left of a span outside of others, which are in order. */
function without(span: Span, others: readonly Span[]): Span[] {
  const left: Span[] = [];
  let startMs = span.startMs;
  for (const other of others) {
    if (other.endMs <= startMs || other.startMs >= span.endMs) continue;
    if (other.startMs > startMs) left.push({ startMs, endMs: other.startMs });
    startMs = other.endMs;
  }
  if (startMs < span.endMs) left.push({ startMs, endMs: span.endMs });
  return left;
}
