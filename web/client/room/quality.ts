/**
 * How good my line is, from what the browser counts. Pure.
 *
 * A simplified E-model (ITU-T G.107 in the short form used for VoIP: R = 93.2 − delay − loss impairment);
 * R ≥ 80 good, ≥ 40 poor, else bad.
 */

export type Quality = "good" | "poor" | "bad";

/** Over the last span: packets lost of those expected, round trip in ms (0 unknown), jitter in ms. */
export interface LineSample {
  lost: number;
  expected: number;
  roundTripMs: number;
  jitterMs: number;
}

/** The R value of a span, 0 … 93.2. */
export function rating(sample: LineSample): number {
  const loss = sample.expected > 0 ? sample.lost / sample.expected : 0;
  const delay = sample.roundTripMs / 2 + 2 * sample.jitterMs + 10;
  const byDelay = delay < 160 ? delay / 40 : (delay - 120) / 10;
  // 2.5 per percent: Opus with in-band FEC, as commonly taken.
  return Math.max(0, 93.2 - byDelay - 250 * loss);
}

export function qualityOf(sample: LineSample): Quality {
  const value = rating(sample);
  if (value >= 80) return "good";
  return value >= 40 ? "poor" : "bad";
}

/** The worse of the ways; null when nothing was measured in either. */
export function worst(qualities: readonly (Quality | null)[]): Quality | null {
  const order: Quality[] = ["bad", "poor", "good"];
  return order.find((quality) => qualities.includes(quality)) ?? null;
}
