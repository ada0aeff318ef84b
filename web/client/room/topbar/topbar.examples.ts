/** The top bar with the recording and the line in every state. */

import { inside, NOW, view } from "../examples";
import type { RoomState } from "../state";

const recording = (face: string): RoomState => inside(view("chair", { recording: face }));

export const EXAMPLES: Readonly<Record<string, RoomState>> = {
  "not yet": inside(view("chair", { recording: "not_yet", state: "planned", began_ms: null })),
  writing: recording("writing"),
  late: recording("degraded"),
  lost: recording("not_recording"),
  paused: recording("paused"),
  "weak line": inside(view("chair"), { quality: "poor" }),
  "line lost": inside(view("chair"), { lostMs: NOW }),
  "media lost": inside(view("chair"), { downlink: "lost" }),
};
