/** What the device check found, line by line, and whether one may go on. Pure. */

import type { Device } from "../room/state";

export type Sound = "untried" | "playing" | "asked" | "heard" | "not_heard";
export type Line = "untried" | "trying" | "good" | "slow" | "down";

export interface Findings {
  readonly camera: Device;
  readonly microphone: Device;
  /** Something louder than a quiet room came from the microphone. */
  readonly voice: boolean;
  readonly sound: Sound;
  readonly line: Line;
}

export const NOTHING_YET: Findings = {
  camera: "asking",
  microphone: "asking",
  voice: false,
  sound: "untried",
  line: "untried",
};

/** A voice lifts the meter above this; a fan does not. */
export const VOICE_LEVEL = 0.35;

/** Answers slower than this make people talk over each other. */
const SLOW_MS = 300;

/** The median of round trips in ms; null for one that failed. */
export function lineOf(roundTrips: readonly (number | null)[]): Line {
  const came = roundTrips.filter((one) => one !== null).sort((one, other) => one - other);
  if (came.length < roundTrips.length / 2 || came.length === 0) return "down";
  const middle = came[Math.floor(came.length / 2)] ?? Infinity;
  return middle > SLOW_MS ? "slow" : "good";
}

export type Verdict = "ready" | "with_less" | "sound_only" | "not_yet";

/**
 * `not_yet`: something required is missing; `with_less`: one may go on without it; `sound_only`: somebody whose voice
 * is required has no camera, and is told what that means before going on.
 */
export function verdict(findings: Findings, voiceRequired: boolean): Verdict {
  const seen = findings.camera === "ready";
  const heard = findings.microphone === "ready";
  if (findings.line === "down" || (voiceRequired && !heard)) return "not_yet";
  if (voiceRequired && !seen) return findings.camera === "asking" ? "not_yet" : "sound_only";
  return seen && heard && findings.sound !== "not_heard" ? "ready" : "with_less";
}
