/**
 * How good my line is, from what the browser counts. Pure; the same measure as `bridge/quality.py`, which says where
 * its numbers come from.
 *
 * The E-model (ITU-T G.107) with its default values: R = 93.2 − Id − Ie_eff; R ≥ 80 good, ≥ 40 poor, else bad.
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
  const delay = sample.roundTripMs / 2 + 2 * sample.jitterMs + 26.5;
  const byDelay = 0.024 * delay + 0.11 * Math.max(0, delay - 177.3);
  const byLoss = (95 * 100 * loss) / (100 * loss + 25.1);
  return Math.max(0, 93.2 - byDelay - byLoss);
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
