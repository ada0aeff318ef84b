/** The stage alone, in company, in each layout, with a shared screen, and with more people than fit. */

import { inside, person, view } from "../examples";
import type { RoomState } from "../state";

const people = (count: number): ReturnType<typeof person>[] =>
  Array.from({ length: count }, (_, index) =>
    person(`p${index}`, index === 0 ? "chair" : "agency"),
  );

export const EXAMPLES: Readonly<Record<string, RoomState>> = {
  alone: inside(view("chair", { participants: [person("chair", "chair")] })),
  three: inside(view("chair")),
  "three, all equal": inside(view("chair"), { layout: "grid" }),
  "three, side by side": inside(view("chair"), { layout: "pair" }),
  nine: inside(view("p0", { participants: people(9) })),
  thirty: inside(view("p0", { participants: people(30) }), { speakers: ["p29"] }),
  "a screen": inside(
    view("chair", {
      participants: [person("chair", "chair"), person("agency", "agency", { screen_shared: true })],
    }),
  ),
};
