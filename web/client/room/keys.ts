/** The room's keys. None fires while somebody types or holds another key with it. */

import type { Acts } from "./acts";

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "repeat" | "target">;

/** What the key means now, or null. */
export function actOfKey(event: Pressed, acts: Acts): (() => void) | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target))
    return null;
  const table: Readonly<Record<string, () => void>> = {
    m: () => {
      acts.toggleMicrophone();
    },
    v: () => {
      acts.toggleCamera();
    },
    h: () => {
      acts.toggleHand();
    },
    l: () => {
      acts.toggleLayout();
    },
    c: () => {
      acts.toggleChat();
    },
    f: () => {
      acts.toggleFullScreen();
    },
    "?": () => {
      acts.dialog("keys");
    },
  };
  return table[event.key.toLowerCase()] ?? null;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest("input, textarea, select, [contenteditable]") !== null
  );
}
