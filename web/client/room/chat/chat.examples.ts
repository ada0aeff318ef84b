/** What is written, as an official and as a citizen have it. */

import { inside, message, NOW, view } from "../examples";
import type { RoomState } from "../state";
import { NO_CHAT } from "../chat-state";

const TO_ALL = message(1, { seat: "seat-chair", text: "Mời ông/bà chuẩn bị giấy tờ" });
const AMONG_US = message(2, { audience: "officials", text: "Hồ sơ chưa đủ", at_ms: NOW + 60_000 });

const citizen = (state: string): RoomState =>
  inside(view("citizen", { state }), {
    tab: "chat",
    chat: { ...NO_CHAT, messages: [TO_ALL], draft: "Vâng" },
  });

export const EXAMPLES: Readonly<Record<string, RoomState>> = {
  nothing: inside(view("chair"), { tab: "chat" }),
  official: inside(view("chair"), {
    tab: "chat",
    chat: { ...NO_CHAT, messages: [TO_ALL, AMONG_US], draft: "Đã nhận" },
  }),
  citizen: citizen("live"),
  "citizen in a pause": citizen("interrupted"),
};
