/** Entry of the archive player. */

import { openIsland } from "../page";
import { Store } from "../shared/store";
import type { PlayerConfig } from "../wire/web";
import { Player } from "./player/player";
import type { Recording } from "./recording";
import { PlayerSession } from "./session";
import { firstState, reduce, type Input, type PlayerState } from "./state";

/** For tests. Times in ms on the recording's clock; an element's `currentTime` is the same in seconds. */
interface PlayerHandle {
  readonly currentTime: number;
  readonly running: boolean;
  readonly recording: Recording | null;
  readonly elements: Readonly<Record<string, HTMLMediaElement>>;
  readonly states: Readonly<Record<string, string>>;
  readonly seek: (ms: number) => void;
  readonly play: () => void;
  readonly pause: () => void;
  readonly setRate: (rate: number) => void;
}

declare global {
  interface Window {
    __player?: PlayerHandle;
  }
}

function handleOf(session: PlayerSession): PlayerHandle {
  return {
    get currentTime() {
      return session.engine?.positionMs ?? 0;
    },
    get running() {
      return session.engine?.running ?? false;
    },
    get recording() {
      return session.store.state.recording;
    },
    get elements() {
      const feeds = session.engine?.feeds ?? new Map<string, never>();
      return Object.fromEntries([...feeds].map(([id, feed]) => [id, feed.element]));
    },
    get states() {
      return Object.fromEntries(session.engine?.states ?? []);
    },
    seek: (ms) => {
      session.engine?.seek(ms);
    },
    play: () => {
      session.engine?.play();
    },
    pause: () => {
      session.engine?.pause();
    },
    setRate: (rate) => {
      session.setRate(rate);
    },
  };
}

async function open(): Promise<void> {
  const { place, config } = await openIsland<PlayerConfig>();
  const store = new Store<PlayerState, Input>(firstState(!config.purpose_given), reduce, () =>
    Date.now(),
  );
  const session = new PlayerSession(config, store, () => performance.now());
  const root = new Player();
  root.dataset["bsTheme"] = "dark";
  root.config = config;
  root.session = session;
  root.state = store.state;
  store.read((state) => {
    root.state = state;
  });
  place.replaceChildren(root);
  window.__player = handleOf(session);
  if (config.purpose_given) await session.open();
}

void open();
