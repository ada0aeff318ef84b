/** The stage alone, in company, and with a shared screen. */

import { inside, person, view } from "../examples";
import type { RoomState } from "../state";

const MANY = Array.from({ length: 9 }, (_, index) =>
  person(`p${index}`, index === 0 ? "chair" : "agency"),
);

export const EXAMPLES: Readonly<Record<string, RoomState>> = {
  alone: inside(view("chair", { participants: [person("chair", "chair")] })),
  three: inside(view("chair")),
  "three, all equal": inside(view("chair"), { layout: "grid" }),
  nine: inside(view("p0", { participants: MANY })),
  "a screen": inside(
    view("chair", {
      participants: [person("chair", "chair"), person("agency", "agency", { screen_shared: true })],
    }),
  ),
};
