/** Who waits, and who lets them in. */

import { inside, NOW, person, view, waitingSeat, waitingView } from "../examples";
import { firstState, type RoomState } from "../state";
import type { WaitingView } from "../../wire/signaling";

const waits = (change: Partial<WaitingView> = {}): RoomState => ({
  ...firstState(NOW, false),
  phase: "waiting",
  waiting: waitingView(change),
});

export const EXAMPLES: Readonly<Record<string, RoomState>> = {
  "a citizen": waits(),
  "next, with a message": waits({ before: 0, message: "Xin ông/bà chờ năm phút" }),
  "an agency": waits({
    number: null,
    before: null,
    staff: { state: "live", case_number: 1, cases: 4 },
  }),
  "before the beginning": waits({ begun: false }),
  "the line is down": { ...waits(), lostMs: NOW - 7_000 },
  taken: { ...firstState(NOW, false), phase: "taken" },
};

export const LISTS: Readonly<Record<string, RoomState>> = {
  "two wait": inside(
    view("chair", {
      participants: [person("chair", "chair"), person("citizen", "citizen")],
      waiting: [
        waitingSeat("an"),
        waitingSeat("binh", { state: "away", camera: null, microphone: null, moved: true }),
      ],
      absent: ["Người công"],
      case_number: 2,
    }),
  ),
  nobody: inside(view("chair")),
  "a citizen's view": inside(view("citizen")),
};
