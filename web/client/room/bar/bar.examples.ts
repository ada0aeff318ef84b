/** The bar as each kind of person sees it. */

import { NO_CHAT } from "../chat-state";
import { inside, message, person, rightsOf, view } from "../examples";
import type { RoomState } from "../state";

const guest = (change: object): RoomState =>
  inside(view("citizen", { participants: [person("citizen", "citizen", change)] }));

export const EXAMPLES: Readonly<Record<string, RoomState>> = {
  "chair before the start": inside(view("chair", { state: "planned", recording: "not_yet" })),
  "chair live": inside(view("chair")),
  "chair, nothing recorded": inside(view("chair", { recording: "not_recording" })),
  "chair in a pause": inside(view("chair", { state: "interrupted", recording: "paused" })),
  "secretary, chair gone": inside(
    view("secretary", {
      participants: [person("chair", "chair", { state: "away" }), person("secretary", "secretary")],
    }),
  ),
  "secretary conducts, chair gone": inside(
    view("secretary", {
      participants: [person("chair", "chair", { state: "away" }), person("secretary", "secretary")],
      may: [...rightsOf("secretary"), "interrupt", "resume", "call_next", "admit", "give_floor"],
    }),
  ),
  "citizen, two unread": {
    ...guest({}),
    chat: { ...NO_CHAT, messages: [message(1), message(2)] },
  },
  "citizen without the floor": guest({}),
  "citizen with the floor": guest({ floor: true }),
  "citizen speaking": guest({ floor: true, microphone_open: true }),
  "citizen, hand up, no camera": {
    ...guest({ hand_raised: true }),
    devices: { camera: "denied", microphone: "ready" },
  },
};
