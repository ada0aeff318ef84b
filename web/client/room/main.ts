/** Entry of the live room: puts store, session and the root component together. */

import { openIsland } from "../page";
import { Store } from "../shared/store";
import { playTone } from "../shared/tone";
import type { RoomConfig } from "../wire/web";
import { Room } from "./room/room";
import { Session } from "./session";
import { actsOf } from "./session-acts";
import { firstState, reduce, type Input, type RoomState } from "./state";

/** The panel is for who conducts, and only where there is room for it at once. */
const PANEL_WIDTH = 1200;

declare global {
  interface Window {
    /** For tests: the store, the connections and the streams of this room. */
    __room?: Session;
  }
}

async function open(): Promise<void> {
  const { place, config } = await openIsland<RoomConfig>();
  const clock = (): number => Date.now();
  const wide = window.innerWidth >= PANEL_WIDTH;
  const store = new Store<RoomState, Input>(firstState(clock(), wide), reduce, clock);
  const session = new Session(config, store);
  const root = new Room();
  root.dataset["bsTheme"] = "dark";
  root.config = config;
  root.acts = actsOf(session);
  root.room = store.state;
  store.read((state, before) => {
    root.room = state;
    if (state.invited && !before.invited) void playTone();
  });
  place.replaceChildren(root);
  setInterval(() => {
    store.send({ type: "tick" });
  }, 1_000);
  window.__room = session;
  await session.begin();
}

void open();
