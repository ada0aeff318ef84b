/** My devices against a browser that gives what the test says. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LocalMedia } from "./local-media";

class FakeTrack extends EventTarget {
  enabled = true;
  stopped = false;
  contentHint = "";
  stop(): void {
    this.stopped = true;
  }
}

let given: (() => FakeTrack)[] = [];
let asked: MediaStreamConstraints[] = [];

beforeEach(() => {
  given = [];
  asked = [];
  const give = (wish: MediaStreamConstraints): Promise<MediaStream> => {
    asked.push(wish);
    const next = given.shift();
    if (next === undefined) return Promise.reject(new DOMException("", "NotFoundError"));
    const track = next();
    const tracks = (): FakeTrack[] => [track];
    const stream: unknown = { getTracks: tracks, getVideoTracks: tracks };
    return Promise.resolve(stream as MediaStream);
  };
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: give, getDisplayMedia: give } });
  vi.stubGlobal("MediaStream", EventTarget);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

function opened(): { local: LocalMedia; heard: string[] } {
  const heard: string[] = [];
  const local = new LocalMedia({
    device: (gadget, device) => heard.push(`${gadget} ${device}`),
    replaced: (source) => heard.push(`${source} replaced`),
  });
  return { local, heard };
}

describe("my devices", () => {
  it("are asked for, then ready, and let go when switched off", async () => {
    const track = new FakeTrack();
    given = [() => track];
    const { local, heard } = opened();
    expect(await local.open("camera")).toBe(true);
    local.off("camera");
    expect(track.stopped).toBe(true);
    expect(heard).toEqual([
      "camera asking",
      "camera replaced",
      "camera ready",
      "camera off",
      "camera replaced",
    ]);
  });

  it("say why there is none", async () => {
    const { local, heard } = opened();
    given = [
      () => {
        throw new DOMException("", "NotAllowedError");
      },
    ];
    expect(await local.open("microphone").catch(() => "threw")).toBe(false);
    expect(heard).toContain("microphone denied");
  });

  it("fall back to any when the chosen one is gone", async () => {
    const { local } = opened();
    local.chosen.camera = "gone";
    expect(await local.open("camera")).toBe(false);
    expect(asked).toHaveLength(2);
    expect(asked[1]?.video).not.toHaveProperty("deviceId");
  });

  it("that are pulled out are missing, and the room hears of it", async () => {
    const track = new FakeTrack();
    given = [() => track];
    const { local, heard } = opened();
    await local.open("microphone");
    track.dispatchEvent(new Event("ended"));
    expect(heard.slice(-2)).toEqual(["microphone missing", "microphone replaced"]);
    expect(local.track("microphone")).toBeNull();
  });

  it("open the microphone only as far as the room lets them", async () => {
    const track = new FakeTrack();
    given = [() => track];
    const { local } = opened();
    await local.open("microphone");
    local.setOpen(false);
    expect(track.enabled).toBe(false);
  });

  it("share a screen for reading, not for watching", async () => {
    const track = new FakeTrack();
    given = [() => track];
    const { local, heard } = opened();
    expect(await local.share()).toBeNull();
    expect(track.contentHint).toBe("detail");
    track.dispatchEvent(new Event("ended"));
    expect(heard).toEqual(["screen replaced", "screen replaced"]);
  });
});
