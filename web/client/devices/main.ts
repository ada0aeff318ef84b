/** Entry of the device check. */

import { post } from "../api";
import { openIsland } from "../page";
import { LocalMedia } from "../room/local-media";
import { Store } from "../shared/store";
import { playTone } from "../shared/tone";
import type { DevicesConfig, DevicesFound } from "../wire/web";
import { Check, type CheckActs } from "./check/check";
import { runLineTest } from "./connection/run";
import { lineOf, NOTHING_YET, type Findings } from "./findings";
import { roundTrips } from "./round-trips";

function actsOf(
  store: Store<Findings, Partial<Findings>>,
  local: LocalMedia,
  config: DevicesConfig,
): Omit<CheckActs, "test"> {
  return {
    retry: (gadget) => void local.open(gadget),
    voice: () => {
      store.send({ voice: true });
    },
    play: () => {
      store.send({ sound: "playing" });
      void playTone().then(() => {
        store.send({ sound: "asked" });
      });
    },
    heard: (heard) => {
      store.send({ sound: heard ? "heard" : "not_heard" });
    },
    line: () => {
      store.send({ line: "trying" });
      void roundTrips().then((times) => {
        store.send({ line: lineOf(times) });
      });
    },
    goOn: () => void goOn(store.state, config),
  };
}

/** Whoever waits for what was found is told first; where that fails the server asks again, so one goes on anyway. */
async function goOn(found: Findings, config: DevicesConfig): Promise<void> {
  const body: DevicesFound = {
    camera: found.camera === "ready",
    microphone: found.microphone === "ready",
  };
  try {
    await post(config.send, config.page.csrf, body);
  } finally {
    location.assign(config.onward);
  }
}

async function open(): Promise<void> {
  const { place, config } = await openIsland<DevicesConfig>();
  const store = new Store<Findings, Partial<Findings>>(
    NOTHING_YET,
    (findings, found) => ({ ...findings, ...found }),
    () => Date.now(),
  );
  const root = new Check();
  const local = new LocalMedia({
    device: (gadget, device) => {
      store.send({ [gadget]: device });
    },
    replaced: () => {
      show();
    },
  });
  root.test = { stage: "idle" };
  const show = (): void => {
    root.findings = store.state;
    root.picture = local.stream("camera");
    root.microphone = local.track("microphone");
  };
  root.config = config;
  root.acts = {
    ...actsOf(store, local, config),
    test: () => {
      void runLineTest(config.line_test, config.page.csrf, (test) => {
        root.test = test;
      });
    },
  };
  store.read(show);
  show();
  place.replaceChildren(root);
  root.acts.line();
  await local.open("camera");
  await local.open("microphone");
}

void open();
