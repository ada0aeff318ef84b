/** The downlink against a peer connection that only keeps the book: what becomes of an offer that is overtaken. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Downlink, type DownlinkPlan } from "./downlink";
import type { DownlinkReply, Offer } from "../wire/signaling";

/** As Chromium does: what is under way when the connection is closed never ends; as Firefox does: it fails. */
class FakeConnection extends EventTarget {
  static fails = false;
  signalingState = "stable";
  connectionState = "new";
  localDescription: { sdp: string } | null = null;
  async setRemoteDescription(): Promise<void> {
    await this.#later();
    this.signalingState = "have-remote-offer";
  }
  async createAnswer(): Promise<{ type: string; sdp: string }> {
    await this.#later();
    return { type: "answer", sdp: "answer" };
  }
  async setLocalDescription(): Promise<void> {
    await this.#later();
    this.signalingState = "stable";
    this.localDescription = { sdp: "answer" };
  }
  getTransceivers(): readonly unknown[] {
    return [];
  }
  close(): void {
    this.signalingState = "closed";
  }
  async #later(): Promise<void> {
    await Promise.resolve();
    if (this.signalingState !== "closed") return;
    if (FakeConnection.fails) throw new DOMException("closed", "InvalidStateError");
    await new Promise(() => undefined);
  }
}

function planned(): { downlink: Downlink; said: DownlinkReply[] } {
  const said: DownlinkReply[] = [];
  const plan: DownlinkPlan = {
    ways: () => ({ servers: [], relayOnly: false }),
    signal: (reply) => {
      said.push(reply);
      return Promise.resolve();
    },
    show: () => undefined,
    changed: () => undefined,
    broken: () => undefined,
  };
  return { downlink: new Downlink(plan), said };
}

function offer(number: number, session = 1): Offer {
  return { offer: number, sdp: `v=0\r\no=- ${String(session)} 2 IN IP4 0.0.0.0\r\n`, tracks: [] };
}

beforeEach(() => {
  vi.stubGlobal("RTCPeerConnection", FakeConnection);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("the downlink", () => {
  it("answers an offer, and of several that wait the newest", async () => {
    const { downlink, said } = planned();
    await Promise.all([downlink.take(offer(1)), downlink.take(offer(2)), downlink.take(offer(3))]);
    expect(said).toEqual([{ offer: 3, sdp: "answer" }]);
  });

  it.each([false, true])(
    "answers the next offer also when it was closed in the middle of one (fails: %s)",
    async (fails) => {
      FakeConnection.fails = fails;
      const { downlink, said } = planned();
      const troubles: unknown[] = [];
      void downlink.take(offer(1)).catch((error: unknown) => troubles.push(error));
      await Promise.resolve();
      downlink.close();
      await downlink.take(offer(1, 2));
      expect(said).toEqual([{ offer: 1, sdp: "answer" }]);
      expect(downlink.connection?.signalingState).toBe("stable");
      expect(troubles).toEqual([]);
    },
  );
});
