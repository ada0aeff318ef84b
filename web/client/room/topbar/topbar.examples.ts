/** The top bar with the recording and the line in every state. */

import { inside, NOW, person, view } from "../examples";
import type { RoomState } from "../state";

const recording = (face: string): RoomState => inside(view("chair", { recording: face }));

export const EXAMPLES: Readonly<Record<string, RoomState>> = {
  "not yet": inside(view("chair", { recording: "not_yet", state: "planned", began_ms: null })),
  writing: recording("writing"),
  late: recording("degraded"),
  lost: recording("not_recording"),
  paused: recording("paused"),
  "disk low": inside(
    view("chair", { alarms: [{ code: "disk_low", params: { free: 9.1, wanted: 6 } }] }),
  ),
  "database away, disk short": inside(
    view("chair", {
      alarms: [
        { code: "disk_short", params: { free: 0.3, wanted: 1.2 } },
        { code: "database_away", params: {} },
      ],
    }),
  ),
  "weak line": inside(view("chair"), { quality: "poor" }),
  "weak as the room says": inside(
    view("chair", { participants: [person("chair", "chair", { quality: "poor" })] }),
    { quality: "good" },
  ),
  "line lost": inside(view("chair"), { lostMs: NOW }),
  "media lost": inside(view("chair"), { downlink: "lost" }),
};
