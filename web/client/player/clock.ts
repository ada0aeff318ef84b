/** The player's own clock: all elements follow it, it follows none of them. Pure; `now` is any monotonic ms. */

export interface PlayClock {
  /** Where it stood at `atMs` of the monotonic clock. */
  readonly mediaMs: number;
  readonly atMs: number;
  readonly rate: number;
  readonly running: boolean;
  readonly durationMs: number;
}

export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2, 3] as const;

/** The next speed up or down; at the ends it stays. */
export function nextRate(rate: number, by: 1 | -1): number {
  const found = by === 1 ? RATES.find((one) => one > rate) : RATES.findLast((one) => one < rate);
  return found ?? rate;
}

export function stopped(durationMs: number): PlayClock {
  return { mediaMs: 0, atMs: 0, rate: 1, running: false, durationMs };
}

/** Media time at `now`, never outside the recording. */
export function positionOf(clock: PlayClock, now: number): number {
  const passed = clock.running ? (now - clock.atMs) * clock.rate : 0;
  return Math.min(clock.durationMs, Math.max(0, clock.mediaMs + passed));
}

/** The same clock with its origin at `now`, and whatever is to change. */
export function moved(
  clock: PlayClock,
  now: number,
  change: Partial<Pick<PlayClock, "mediaMs" | "rate" | "running">>,
): PlayClock {
  const mediaMs = Math.min(clock.durationMs, Math.max(0, change.mediaMs ?? positionOf(clock, now)));
  return { ...clock, ...change, mediaMs, atMs: now };
}

export function ended(clock: PlayClock, now: number): boolean {
  return positionOf(clock, now) >= clock.durationMs;
}
