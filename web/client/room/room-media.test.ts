/** What the room's media does when the node begins anew, against peer connections that never connect. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RoomMedia, type Signalling } from "./room-media";
import { firstState, reduce, type Input, type RoomState } from "./state";
import { Store } from "../shared/store";
import type { RoomConfig } from "../wire/web";

class FakeConnection extends EventTarget {
  signalingState = "stable";
  connectionState = "new";
  close(): void {
    this.signalingState = "closed";
  }
}

function media(): { media: RoomMedia; store: Store<RoomState, Input> } {
  const store = new Store<RoomState, Input>(firstState(0, false), reduce, () => 0);
  const signalling: Signalling = {
    ask: () => new Promise(() => undefined),
    command: () => Promise.resolve(true),
    trouble: () => undefined,
    ways: () => ({ servers: [], relayOnly: false }),
    devicesChanged: () => undefined,
  };
  const config = { role: "observer", camera_kbps: 1500, screen_kbps: 2000 } as RoomConfig;
  return { media: new RoomMedia(config, store, signalling), store };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("RTCPeerConnection", FakeConnection);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the room's media", () => {
  it("forgets what the node before withheld: the next one says what it withholds itself", () => {
    const { media: room, store } = media();
    const tracks = [{ participant: "p", source: "camera" as const, codec: "av1" as const }];
    store.send({ type: "withheld", tracks });
    expect(store.state.withheld).toEqual(tracks);
    room.begin();
    expect(store.state.withheld).toEqual([]);
  });
});
