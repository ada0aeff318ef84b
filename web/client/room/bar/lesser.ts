/**
 * The controls that a narrow screen has no room for beside the others. Officials have more buttons than such a line
 * holds: what is not in their bar is in the sheet behind "More", which asks the same functions.
 */

import { t } from "../../i18n";
import type { Icon } from "../../shared/icons";
import type { Acts } from "../acts";
import { canShareScreen } from "../devices";
import { canFillScreen } from "../full-screen";
import { nextLayout } from "../own-choices";
import type { Layout, RoomState } from "../state";
import { may, screenOwner, tabsOf } from "../view";
import type { Control } from "./control";

const LAYOUT_WORDS: Readonly<Record<Layout, () => string>> = {
  speaker: () => t("Large picture"),
  grid: () => t("All equal"),
  pair: () => t("Side by side"),
};

const LAYOUT_DRAWINGS: Readonly<Record<Layout, Icon>> = {
  speaker: "stage",
  grid: "grid",
  pair: "pair",
};

/** Hidden on a telephone. */
const WIDE = "dc-bar-wide dc-bar-lesser";

/** Hidden below 1600 px too. */
const WIDEST = "dc-bar-wide dc-bar-widest dc-bar-lesser";

/** Who has the sheet. */
export function isOfficial(room: RoomState): boolean {
  return tabsOf(room).includes("people");
}

/** What the sheet has, in its order; `phone`: what is in the bar wherever the screen is wider. */
export function inTheSheet(room: RoomState, acts: Acts): { control: Control; phone: boolean }[] {
  const all = [
    { control: layoutControl(room, acts), phone: true },
    { control: shareControl(room, acts), phone: true },
    { control: fullScreenControl(room, acts), phone: false },
    { control: keysControl(room, acts), phone: false },
    { control: leaveControl(room, acts), phone: true },
  ];
  return all.flatMap(({ control, phone }) => (control === null ? [] : [{ control, phone }]));
}

export function shareControl(room: RoomState, acts: Acts): Control | null {
  if (!may(room, "share_screen") || !canShareScreen()) return null;
  const owner = room.room === null ? null : screenOwner(room.room);
  const others = owner !== null && !room.sharing;
  return {
    test: "share-button",
    drawing: room.sharing ? "screen-off" : "screen",
    words: room.sharing ? t("Stop sharing") : t("Share screen"),
    state: room.sharing ? "open" : "off",
    kind: WIDE,
    disabled: others,
    ...(others && { hint: t("{name} shares the screen", { name: owner.name }) }),
    press: () => {
      acts.toggleScreen();
    },
  };
}

/** Goes round; it is named after the layout that follows. */
export function layoutControl(room: RoomState, acts: Acts): Control {
  const following = nextLayout(room.layout);
  const words = LAYOUT_WORDS[following]();
  return {
    test: "layout-button",
    drawing: LAYOUT_DRAWINGS[following],
    words,
    state: room.layout,
    // On a telephone there is room for it beside a citizen's few buttons.
    kind: isOfficial(room) ? WIDE : "dc-bar-lesser",
    hint: `${words} (L)`,
    press: () => {
      acts.toggleLayout();
    },
  };
}

export function fullScreenControl(room: RoomState, acts: Acts): Control | null {
  if (!canFillScreen()) return null;
  const words = room.fullScreen ? t("Leave full screen") : t("Full screen");
  return {
    test: "full-screen-button",
    drawing: "full-screen",
    words,
    state: room.fullScreen ? "on" : "off",
    kind: isOfficial(room) ? WIDEST : WIDE,
    hint: `${words} (F)`,
    press: () => {
      acts.toggleFullScreen();
    },
  };
}

export function keysControl(room: RoomState, acts: Acts): Control {
  return {
    test: "keys-button",
    drawing: "keys",
    words: t("Keys"),
    kind: isOfficial(room) ? WIDEST : WIDE,
    hint: `${t("Keys")} (?)`,
    press: () => {
      acts.dialog("keys");
    },
  };
}

export function leaveControl(room: RoomState, acts: Acts): Control {
  return {
    test: "leave-button",
    drawing: "leave",
    words: t("Leave"),
    kind: isOfficial(room) ? "dc-bar-wide" : "",
    press: () => {
      acts.dialog("leave");
    },
  };
}
