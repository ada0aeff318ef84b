/** The view before the room, with devices in every state. */

import { NOW } from "../examples";
import { firstState, type RoomState } from "../state";

const before = (devices: RoomState["devices"], change: Partial<RoomState> = {}): RoomState => ({
  ...firstState(NOW, false),
  devices,
  ...change,
});

export const EXAMPLES: Readonly<Record<string, RoomState>> = {
  asking: before({ camera: "asking", microphone: "asking" }),
  ready: before({ camera: "ready", microphone: "off" }),
  "nothing works": before({ camera: "denied", microphone: "missing" }),
  busy: before({ camera: "busy", microphone: "failed" }),
  "without https": before({ camera: "insecure", microphone: "insecure" }),
  "going in": before({ camera: "ready", microphone: "off" }, { phase: "entering" }),
  refused: before(
    { camera: "ready", microphone: "off" },
    { trouble: { code: "room_full", params: {} } },
  ),
};
