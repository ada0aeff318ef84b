/** The panel with people in every state. */

import { inside, person, view } from "../examples";
import type { RoomState } from "../state";

const PEOPLE = [
  person("chair", "chair"),
  person("quiet", "agency", { quality: "bad", camera_on: false }),
  person("asking", "citizen", { hand_raised: true }),
  person("speaking", "citizen", { floor: true, microphone_open: true }),
  person("gone", "lawyer", { state: "away" }),
];

const DEPUTY = [
  person("first", "advisor", { appointed: "chair" }),
  person("deputy", "chair", { appointed: "secretary" }),
];

export const EXAMPLES: Readonly<Record<string, RoomState>> = {
  full: inside(view("chair", { participants: PEOPLE, expected: ["Điểm cầu xã Suối Mơ"] })),
  "somebody absent": inside(
    view("chair", { expected: ["Lê Văn C", "Điểm cầu xã Suối Mơ"], absent: ["Lê Văn C"] }),
  ),
  citizen: inside(view("citizen")),
  "a deputy in the chair": inside({ ...view("chair"), you: "deputy", participants: DEPUTY }),
  alone: inside(view("chair", { participants: PEOPLE.slice(0, 1) })),
};
