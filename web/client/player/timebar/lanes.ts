/** What is drawn on the time bar, in thousandths of the recording. Pure. */

import type { Recording, Span } from "../recording";

export interface Stripe {
  readonly from: number;
  readonly width: number;
  readonly kind: "there" | "spoke" | "led" | "gap" | "pause";
}

export interface Lane {
  readonly seat: string;
  readonly label: string;
  readonly stripes: readonly Stripe[];
}

/** Thinner stripes than this would not be seen; a gap of 50 ms is worth a mark. */
const LEAST = 1.5;

/** One lane for each seat: when it was there, when it spoke and led, where the recording has gaps. */
export function lanesOf(recording: Recording): Lane[] {
  return recording.seats.map((seat) => {
    const gaps = recording.tracks
      .filter((track) => track.seat === seat.id)
      .flatMap((track) => track.holes.filter((hole) => hole.kind === "gap"));
    return {
      seat: seat.id,
      label: seat.name,
      stripes: [
        ...stripes(seat.there, "there", recording.durationMs),
        ...stripes(seat.spoke, "spoke", recording.durationMs),
        ...stripes(seat.led, "led", recording.durationMs),
        ...stripes(gaps, "gap", recording.durationMs),
      ],
    };
  });
}

export function stripes(
  spans: readonly Span[],
  kind: Stripe["kind"],
  durationMs: number,
): Stripe[] {
  if (durationMs <= 0) return [];
  return spans.map((span) => {
    const from = Math.min(1000, Math.max(0, (span.startMs / durationMs) * 1000));
    const to = Math.min(1000, Math.max(0, (span.endMs / durationMs) * 1000));
    return { from, width: Math.max(LEAST, to - from), kind };
  });
}
