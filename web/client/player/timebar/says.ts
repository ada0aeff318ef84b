/** What there is at a place of the time bar, in words: who speaks and leads, what is missing and why, what happened. */

import { t } from "../../i18n";
import type { Recording, Span } from "../recording";
import { isMain, type Step } from "../steps";
import { reasonWord, stepWord } from "../words";

const covers = (span: Span, atMs: number): boolean => span.startMs <= atMs && atMs < span.endMs;

/** `nearMs`: how far a thin mark may be from the place that is pointed at. */
export function saysAt(
  recording: Recording,
  steps: readonly Step[],
  atMs: number,
  nearMs: number,
): string[] {
  const paused = recording.pauses.some((pause) => covers(pause, atMs));
  const gaps = steps.filter(
    ({ gap }) => gap !== null && gap.startMs - nearMs <= atMs && atMs < gap.endMs + nearMs,
  );
  const events = steps.filter(
    (step) => step.mark !== null && isMain(step) && Math.abs(step.atMs - atMs) <= nearMs,
  );
  const speaking = recording.seats.filter((seat) => seat.spoke.some((span) => covers(span, atMs)));
  const leads = recording.seats.find((seat) => seat.led.some((span) => covers(span, atMs)));
  return [
    ...(paused ? [reasonWord("paused")] : []),
    ...gaps.map(stepWord),
    ...events.map(stepWord),
    ...(speaking.length > 0
      ? [t("Speaking: {names}", { names: speaking.map((seat) => seat.name).join(", ") })]
      : []),
    ...(leads === undefined ? [] : [t("Main speaker: {name}", { name: leads.name })]),
  ];
}

/** Where a press lands: on the mark or the beginning of the gap that is near, else exactly there. */
export function landing(steps: readonly Step[], atMs: number, nearMs: number): number {
  const near = steps.filter((step) => isMain(step) && Math.abs(step.atMs - atMs) <= nearMs);
  const nearest = near.sort((a, b) => Math.abs(a.atMs - atMs) - Math.abs(b.atMs - atMs))[0];
  return nearest?.atMs ?? atMs;
}
