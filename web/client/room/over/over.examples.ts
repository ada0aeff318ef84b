/** Every way a stay in the room ends. */

import { NOW } from "../examples";
import { firstState, type RoomState } from "../state";

const WAYS = ["closed", "cancelled", "left", "replaced", "expired"];

export const EXAMPLES: Readonly<Record<string, RoomState>> = Object.fromEntries(
  WAYS.map((how) => [
    how,
    {
      ...firstState(NOW, false),
      phase: "over",
      ending: { how, reason: how === "cancelled" ? "mất điện" : "" },
    },
  ]),
);
