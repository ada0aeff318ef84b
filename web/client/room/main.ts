/** Entry of the live room: puts store, session and the root component together. */

import { openIsland } from "../page";
import { Store } from "../shared/store";
import { playTone } from "../shared/tone";
import type { Source } from "../wire/signaling";
import type { RoomConfig } from "../wire/web";
import { Room } from "./room/room";
import { fillsScreen } from "./full-screen";
import { OwnChoices, ownStorage } from "./own-choices";
import { Session } from "./session";
import { actsOf } from "./session-acts";
import { firstState, reduce, type Input, type RoomState } from "./state";

/** The panel is for who conducts, and only where there is room for it at once. */
const PANEL_WIDTH = 1200;
const CONDUCTORS: ReadonlySet<string> = new Set(["chair", "secretary"]);

/** For tests: what is shown, both peer connections, and everybody's streams. */
interface RoomHandle {
  readonly state: RoomState;
  readonly uplink: RTCPeerConnection | null;
  readonly downlink: RTCPeerConnection | null;
  readonly stream: (participant: string, source: Source) => MediaStream | null;
}

declare global {
  interface Window {
    __room?: RoomHandle;
  }
}

function handleOf({ store, media }: Session): RoomHandle {
  return {
    get state() {
      return store.state;
    },
    get uplink() {
      return media.uplink?.connection ?? null;
    },
    get downlink() {
      return media.downlink.connection;
    },
    stream: (participant, source) => media.stream(participant, source),
  };
}

async function open(): Promise<void> {
  const { place, config } = await openIsland<RoomConfig>();
  const clock = (): number => Date.now();
  const wide = window.innerWidth >= PANEL_WIDTH;
  const choices = new OwnChoices(config.role, ownStorage());
  const first = firstState(clock(), wide && CONDUCTORS.has(config.role), choices.layout());
  const store = new Store<RoomState, Input>(first, reduce, clock);
  const session = new Session(config, store, choices);
  const root = new Room();
  root.dataset["bsTheme"] = "dark";
  root.config = config;
  root.acts = actsOf(session);
  root.room = store.state;
  store.read((state, before) => {
    root.room = state;
    const called = state.phase === "inside" && before.phase === "waiting";
    if (called || (state.invited && !before.invited)) void playTone();
  });
  place.replaceChildren(root);
  setInterval(() => {
    store.send({ type: "tick" });
  }, 1_000);
  document.addEventListener("fullscreenchange", () => {
    store.send({ type: "full_screen", on: fillsScreen() });
  });
  window.__room = handleOf(session);
  await session.begin();
}

void open();
