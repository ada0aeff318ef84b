/** Every question, as the chair sees it. */

import { inside, view } from "../examples";
import type { Dialog, RoomState } from "../state";

const DIALOGS: readonly Dialog[] = ["start", "close", "interrupt", "leave", "keys"];

export const EXAMPLES: Readonly<Record<string, RoomState>> = Object.fromEntries(
  DIALOGS.map((dialog) => [dialog, inside(view("chair"), { dialog })]),
);
