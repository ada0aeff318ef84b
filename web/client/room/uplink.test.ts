/** The uplink against a peer connection that only keeps the book: when is it negotiated, and what is said. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Uplink, type UplinkPlan } from "./uplink";
import type { UplinkRequest } from "../wire/signaling";

class FakeLine {
  mid: string | null = null;
  readonly sender = {
    track: null as unknown,
    parameters: { encodings: [{}] } as unknown as RTCRtpSendParameters,
    replaceTrack: (track: unknown): Promise<void> => {
      this.sender.track = track;
      return Promise.resolve();
    },
    getParameters: (): RTCRtpSendParameters => this.sender.parameters,
    setParameters: (parameters: RTCRtpSendParameters): Promise<void> => {
      this.sender.parameters = parameters;
      return Promise.resolve();
    },
  };
  preferred: string[] = [];
  constructor(
    readonly kind: string,
    public direction: string,
  ) {}
  setCodecPreferences(codecs: { mimeType: string }[]): void {
    this.preferred = codecs.map((codec) => codec.mimeType);
  }
}

class FakeConnection extends EventTarget {
  static last: FakeConnection;
  readonly lines: FakeLine[] = [];
  signalingState = "stable";
  connectionState = "new";
  localDescription: { sdp: string } | null = null;
  constructor() {
    super();
    FakeConnection.last = this;
  }
  addTransceiver(given: string | { kind: string }, init: { direction: string }): FakeLine {
    const line = new FakeLine(typeof given === "string" ? given : given.kind, init.direction);
    this.lines.push(line);
    return line;
  }
  createOffer(): Promise<{ type: string; sdp: string }> {
    return Promise.resolve({ type: "offer", sdp: "offer" });
  }
  setLocalDescription(): Promise<void> {
    this.lines.forEach((line, index) => {
      line.mid = String(index);
    });
    this.localDescription = { sdp: "offer" };
    return Promise.resolve();
  }
  setRemoteDescription(): Promise<void> {
    if (this.signalingState !== "closed") return Promise.resolve();
    return Promise.reject(new DOMException("closed", "InvalidStateError"));
  }
  restarts = 0;
  restartIce(): void {
    this.restarts += 1;
  }
  close(): void {
    this.signalingState = "closed";
  }
}

const track = (kind: string): MediaStreamTrack => ({ kind }) as MediaStreamTrack;

function planned(answer: Promise<void> = Promise.resolve()): {
  uplink: Uplink;
  said: UplinkRequest[];
  states: string[];
} {
  const said: UplinkRequest[] = [];
  const states: string[] = [];
  const plan: UplinkPlan = {
    ways: () => ({ servers: [], relayOnly: false }),
    cameraKbps: 1500,
    screenKbps: 2000,
    signal: async (request) => {
      said.push(request);
      await answer;
      return { sdp: "answer" };
    },
    show: (state) => states.push(state),
    broken: () => states.push("broken"),
  };
  return { uplink: new Uplink(plan), said, states };
}

beforeEach(() => {
  vi.stubGlobal("RTCPeerConnection", FakeConnection);
  stubCodecs("audio/opus", "audio/red");
});

/** What the browser sends for sound. */
function stubCodecs(...mimeTypes: string[]): void {
  const codecs = mimeTypes.map((mimeType) => ({ mimeType }));
  vi.stubGlobal("RTCRtpSender", { getCapabilities: () => ({ codecs }) });
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("the uplink", () => {
  it("offers microphone and camera from the start, also without a device, the screen not yet", async () => {
    const { uplink, said } = planned();
    await uplink.start({ microphone: track("audio") });
    expect(said).toEqual([{ sdp: "offer", sources: { 0: "microphone", 1: "camera" } }]);
    expect(FakeConnection.last.lines.map((line) => [line.kind, line.direction])).toEqual([
      ["audio", "sendonly"],
      ["video", "sendonly"],
      ["video", "inactive"],
    ]);
  });

  it("caps camera and screen as the page says", async () => {
    await planned().uplink.start({});
    const caps = FakeConnection.last.lines.map(
      (line) => line.sender.parameters.encodings[0]?.maxBitrate,
    );
    expect(caps).toEqual([undefined, 1_500_000, 2_000_000]);
  });

  it("keeps a camera moving and a screen legible when the line is thin", async () => {
    await planned().uplink.start({});
    const kept = FakeConnection.last.lines.map(
      (line) => line.sender.parameters.degradationPreference,
    );
    expect(kept).toEqual([undefined, "maintain-framerate", "maintain-resolution"]);
  });

  it("prefers redundant sound where the browser knows it", async () => {
    await planned().uplink.start({});
    expect(FakeConnection.last.lines.map((line) => line.preferred)).toEqual([
      ["audio/red", "audio/opus"],
      [],
      [],
    ]);
    stubCodecs("audio/opus", "audio/G722");
    await planned().uplink.start({});
    expect(FakeConnection.last.lines[0]?.preferred).toEqual([]);
  });

  it("changes a camera without a new description", async () => {
    const { uplink, said } = planned();
    await uplink.start({});
    await uplink.put("camera", track("video"));
    await uplink.put("camera", null);
    expect(said).toHaveLength(1);
    expect(FakeConnection.last.lines[1]?.sender.track).toBeNull();
  });

  it("says it anew when a screen comes and when it goes", async () => {
    const { uplink, said } = planned();
    await uplink.start({});
    await uplink.put("screen", track("video"));
    await uplink.put("screen", null);
    expect(said.map((request) => request.sources[2])).toEqual([undefined, "screen", undefined]);
  });

  it("sends no picture that nobody sees, and sends it again at once", async () => {
    const { uplink, said } = planned();
    await uplink.start({ camera: track("video") });
    const active = (): (boolean | undefined)[] =>
      FakeConnection.last.lines.slice(1).map((line) => line.sender.parameters.encodings[0]?.active);
    await uplink.stop(["camera"]);
    expect(active()).toEqual([false, true]);
    await uplink.put("screen", track("video"));
    expect(active()).toEqual([false, true]);
    await uplink.stop([]);
    expect(active()).toEqual([true, true]);
    expect(said).toHaveLength(2);
  });

  it("does one thing after another, however fast it is asked", async () => {
    const { uplink, said } = planned();
    await Promise.all([
      uplink.start({}),
      uplink.put("screen", track("video")),
      uplink.put("screen", null),
      uplink.put("screen", track("video")),
    ]);
    expect(said.map((request) => request.sources[2])).toEqual([
      undefined,
      "screen",
      undefined,
      "screen",
    ]);
  });

  it("tells when it is connected, and is silent once closed", async () => {
    const { uplink, states } = planned();
    await uplink.start({});
    const connection = FakeConnection.last;
    const become = (state: string): void => {
      connection.connectionState = state;
      connection.dispatchEvent(new Event("connectionstatechange"));
    };
    become("connected");
    become("failed");
    uplink.close();
    become("connected");
    await uplink.put("camera", track("video"));
    expect(states).toEqual(["connected", "broken"]);
  });

  it("is no trouble when it is closed while its answer is on the way", async () => {
    let answer = (): void => undefined;
    const { uplink, said } = planned(new Promise((resolve) => (answer = resolve)));
    const started = uplink.start({});
    await vi.waitFor(() => {
      expect(said).toHaveLength(1);
    });
    uplink.close();
    answer();
    await expect(started).resolves.toBeUndefined();
  });

  it("is offered again with its ICE restarted, and nothing of it is made anew", async () => {
    const { uplink, said } = planned();
    await uplink.start({ microphone: track("audio") });
    await uplink.mend();
    expect(FakeConnection.last.restarts).toBe(1);
    expect(said).toHaveLength(2);
    expect(said[1]?.sources).toEqual(said[0]?.sources);
    uplink.close();
    await uplink.mend();
    expect(said).toHaveLength(2);
  });
});
