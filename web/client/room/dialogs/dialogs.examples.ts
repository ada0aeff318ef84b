/** Every question, as the chair sees it. */

import { inside, view } from "../examples";
import type { Dialog, RoomState } from "../state";

const DIALOGS: readonly Dialog[] = [
  "start",
  "close",
  "interrupt",
  "leave",
  "keys",
  "more",
  "take_chair",
  "return_chair",
];

export const EXAMPLES: Readonly<Record<string, RoomState>> = Object.fromEntries(
  DIALOGS.map((dialog) => [dialog, inside(view("chair"), { dialog })]),
);
