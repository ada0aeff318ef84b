/** What happened, in order, as one list: the events of the record, its declared gaps, and who led the talk. Pure. */

import type { Mark, Recording, Span } from "./recording";
import { byStart } from "./speech";

/** A gap as people meet it: one stretch with one reason, whoever it struck. */
export interface GapStep extends Span {
  readonly reason: string;
  /** Empty: everybody. */
  readonly names: readonly string[];
}

/** One stretch in which somebody was the main speaker. */
export interface LedStep extends Span {
  readonly name: string;
}

/** One line of the list; a jump leads to `atMs`. */
export interface Step {
  readonly atMs: number;
  readonly kind: string;
  readonly mark: Mark | null;
  readonly gap: GapStep | null;
  readonly led: LedStep | null;
}

/** Which lines a reader wants. */
export type Showing = "main" | "all" | "led" | "gaps";
export const SHOWINGS: readonly Showing[] = ["main", "all", "led", "gaps"];

/** Devices go on and off all the time; what a reader looks for first is the rest. */
const MINOR = new Set(["MicrophoneMoved", "CameraMoved", "HandMoved"]);
/** A shorter gap is a picture that stood still for a moment: told among all, not among the main. */
const BRIEF_MS = 700;
/** Who leads on both sides of a gap this long, with nobody between, never ceased to. */
const BREATH_MS = 2_000;
/** Tracks of one cause do not stop in the same instant. */
const TOGETHER_MS = 1_000;
/** Which step "the next" is, seen from a clock that runs on. */
const AHEAD_MS = 250;
const BEHIND_MS = 1_500;

export function stepsOf(recording: Recording): Step[] {
  const plain = { mark: null, gap: null, led: null };
  const events = recording.marks.map((mark): Step => ({
    ...plain,
    atMs: mark.atMs,
    kind: mark.kind,
    mark,
  }));
  const gaps = gapsOf(recording).map((gap): Step => ({
    ...plain,
    atMs: gap.startMs,
    kind: "gap",
    gap,
  }));
  const led = ledOf(recording).map((one): Step => ({
    ...plain,
    atMs: one.startMs,
    kind: "led",
    led: one,
  }));
  return [...events, ...gaps, ...led].sort((one, other) => one.atMs - other.atMs);
}

/** Who led, one after another. */
export function ledOf(recording: Recording): LedStep[] {
  const single = recording.seats
    .flatMap((seat) => seat.led.map((span) => ({ ...span, seat: seat.id, name: seat.name })))
    .sort(byStart);
  const merged: typeof single = [];
  for (const one of single) {
    const last = merged.at(-1);
    if (last?.seat === one.seat && one.startMs - last.endMs <= BREATH_MS) last.endMs = one.endMs;
    else merged.push({ ...one });
  }
  return merged.map(({ startMs, endMs, name }) => ({ startMs, endMs, name }));
}

/** Gaps of all tracks; those of one reason at one time are one. */
export function gapsOf(recording: Recording): GapStep[] {
  const names = new Map(recording.seats.map((seat) => [seat.id, seat.name]));
  const single = recording.tracks.flatMap((track) =>
    track.holes
      .filter((hole) => hole.kind === "gap")
      .map((hole) => ({ ...hole, name: names.get(track.seat) ?? "" })),
  );
  const merged: { startMs: number; endMs: number; reason: string; names: string[] }[] = [];
  for (const gap of single.sort(byStart)) {
    const same = merged.find(
      (one) => one.reason === gap.reason && Math.abs(gap.startMs - one.startMs) <= TOGETHER_MS,
    );
    if (same === undefined)
      merged.push({
        startMs: gap.startMs,
        endMs: gap.endMs,
        reason: gap.reason,
        names: [gap.name],
      });
    else {
      same.endMs = Math.max(same.endMs, gap.endMs);
      if (!same.names.includes(gap.name)) same.names.push(gap.name);
    }
  }
  const everybody = recording.seats.length;
  return merged.map((gap) =>
    everybody > 1 && gap.names.length === everybody ? { ...gap, names: [] } : gap,
  );
}

export function isMain(step: Step): boolean {
  if (step.gap !== null) return step.gap.endMs - step.gap.startMs >= BRIEF_MS;
  return step.led === null && !MINOR.has(step.kind);
}

const WANTED: Record<Showing, (step: Step) => boolean> = {
  main: isMain,
  all: () => true,
  led: (step) => step.led !== null,
  gaps: (step) => step.gap !== null,
};

export function shown(steps: readonly Step[], showing: Showing): Step[] {
  return steps.filter(WANTED[showing]);
}

/** The last step at or before a moment, null before the first. Of several at one moment the first listed. */
export function currentStep(steps: readonly Step[], atMs: number): Step | null {
  const last = steps.findLast((step) => step.atMs <= atMs + 1);
  return last === undefined ? null : (steps.find((step) => step.atMs >= last.atMs - 1) ?? last);
}

/** The step to go to, forwards or back; null when there is none on that side. */
export function stepFrom(steps: readonly Step[], atMs: number, by: 1 | -1): Step | null {
  const found =
    by === 1
      ? steps.find((step) => step.atMs > atMs + AHEAD_MS)
      : steps.findLast((step) => step.atMs < atMs - BEHIND_MS);
  return found ?? null;
}
