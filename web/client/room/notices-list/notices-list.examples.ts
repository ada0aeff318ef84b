/** Notices and troubles. */

import { inside, NOW, view } from "../examples";
import type { RoomState } from "../state";

export const EXAMPLES: Readonly<Record<string, RoomState>> = {
  nothing: inside(view("chair")),
  "somebody came": inside(view("chair"), {
    notices: [{ id: "1", kind: "joined", params: { name: "An" }, atMs: NOW }],
  }),
  "camera busy": inside(view("chair"), { trouble: { code: "camera:busy", params: {} } }),
  "server away": inside(view("chair"), { trouble: { code: "line_down", params: {} } }),
};
