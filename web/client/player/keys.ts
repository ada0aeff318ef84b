/** The player's keys. None fires while somebody types, nor with Ctrl, Alt or the command key. */

import type { ControlActs } from "./controls/controls";

type Pressed = Pick<
  KeyboardEvent,
  "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "target"
>;

const JUMP_MS = 10_000;
const LEAP_MS = 60_000;

export function actOfKey(event: Pressed, acts: ControlActs): (() => void) | null {
  if (event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target, event.key))
    return null;
  const far = event.shiftKey ? LEAP_MS : JUMP_MS;
  const bind =
    <Given extends unknown[]>(act: (...given: Given) => void, ...given: Given) =>
    (): void => {
      act(...given);
    };
  const table: Readonly<Record<string, () => void>> = {
    " ": acts.toggle,
    arrowleft: bind(acts.jump, -far),
    arrowright: bind(acts.jump, far),
    n: bind(acts.step, 1),
    p: bind(acts.step, -1),
    "+": bind(acts.faster, 1),
    "=": bind(acts.faster, 1),
    "-": bind(acts.faster, -1),
    m: acts.mute,
    g: bind(acts.enlarge, 0),
    s: acts.still,
    "?": bind(acts.keys, true),
  };
  if (/^[1-9]$/.test(event.key)) return bind(acts.enlarge, Number(event.key));
  return table[event.key.toLowerCase()] ?? null;
}

/** Fields keep their keys, and a focused button keeps the space that presses it. */
function isBusy(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("dialog") !== null) return true;
  const owner =
    key === " "
      ? "button, a, input, select, textarea"
      : "textarea, select, input:not([data-testid=timebar])";
  return target.closest(owner) !== null;
}
