/** The player's keys: space plays, arrows go 5 s (with Shift 30 s). None fires while somebody types. */

import type { ControlActs } from "./controls/controls";

type Pressed = Pick<
  KeyboardEvent,
  "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "target"
>;

export function actOfKey(event: Pressed, acts: ControlActs): (() => void) | null {
  if (event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target, event.key))
    return null;
  const leap = event.shiftKey ? 30_000 : 5_000;
  const table: Readonly<Record<string, () => void>> = {
    " ": acts.toggle,
    ArrowLeft: () => {
      acts.jump(-leap);
    },
    ArrowRight: () => {
      acts.jump(leap);
    },
  };
  return table[event.key] ?? null;
}

/** Fields keep their keys, and a focused button keeps the space that presses it. */
function isBusy(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  const owner =
    key === " "
      ? "button, a, input, select, textarea"
      : "textarea, select, input:not([data-testid=timebar])";
  return target.closest(owner) !== null;
}
