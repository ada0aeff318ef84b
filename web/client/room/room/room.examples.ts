/** What stands between the top and the pictures. */

import { inside, view } from "../examples";
import type { RoomState } from "../state";

export const EXAMPLES: Readonly<Record<string, RoomState>> = {
  "a newer page": { ...inside(view("chair")), stale: true },
  "a newer page, and invited": { ...inside(view("citizen")), stale: true, invited: true },
};
