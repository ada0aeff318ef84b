/** Who waits, before the beginning and in a pause. */

import { inside, person, view } from "../examples";
import type { RoomState } from "../state";

const waiting = (state: string): RoomState =>
  inside(view("citizen", { state, held: true, participants: [person("citizen", "citizen")] }));

export const EXAMPLES: Readonly<Record<string, RoomState>> = {
  "before the beginning": waiting("planned"),
  "in a pause": waiting("interrupted"),
};
