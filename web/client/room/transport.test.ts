/** When a connection is waited for, mended, and given up. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchTransport } from "./transport";

class Watched extends EventTarget {
  connectionState: RTCPeerConnectionState = "new";
  readonly told: string[] = [];
  readonly end = watchTransport(
    this as unknown as RTCPeerConnection,
    (state) => this.told.push(state),
    () => this.told.push("mend"),
  );
  become(...states: RTCPeerConnectionState[]): void {
    for (const state of states) {
      this.connectionState = state;
      this.dispatchEvent(new Event("connectionstatechange"));
    }
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a connection", () => {
  it("that never comes is lost, and is not mended", () => {
    const one = new Watched();
    one.become("connecting");
    vi.advanceTimersByTime(12_000);
    expect(one.told).toEqual(["lost"]);
    const other = new Watched();
    other.become("connecting", "failed");
    expect(other.told).toEqual(["lost"]);
  });

  it("that the browser doubts for a moment is left alone", () => {
    const one = new Watched();
    one.become("connecting", "connected", "disconnected");
    vi.advanceTimersByTime(1_900);
    one.become("connected");
    vi.advanceTimersByTime(60_000);
    expect(one.told).toEqual(["connected", "connected"]);
  });

  it("that stays broken is mended once, and lost when that leads nowhere", () => {
    const one = new Watched();
    one.become("connected", "disconnected");
    vi.advanceTimersByTime(2_000);
    one.become("failed", "connecting", "failed");
    expect(one.told).toEqual(["connected", "mend"]);
    vi.advanceTimersByTime(5_000);
    expect(one.told).toEqual(["connected", "mend", "lost"]);
  });

  it("that fails at once is mended at once, and again when it breaks again", () => {
    const one = new Watched();
    one.become("connected", "failed", "connecting", "connected", "failed");
    expect(one.told).toEqual(["connected", "mend", "connected", "mend"]);
    one.end();
    vi.advanceTimersByTime(60_000);
    one.become("connected");
    expect(one.told).toHaveLength(4);
  });
});
