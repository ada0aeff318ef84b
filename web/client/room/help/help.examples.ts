/** An operator who asks, one who may, and nobody. */

import { inside, view } from "../examples";
import type { RoomState } from "../state";

const offered = { seat: "seat-help", name: "Kỹ Thuật", point: "Điểm cầu Sở", state: "offered" };

export const EXAMPLES: Readonly<Record<string, RoomState>> = {
  nobody: inside(view("chair")),
  offered: inside(view("chair", { helps: [offered] })),
  accepted: inside(view("chair", { helps: [{ ...offered, state: "accepted" }] })),
};
