/** What is asked of browsers for sound on bad lines. */

import { describe as group, expect, it } from "vitest";
import { describe, redFirst, withSoundNacks } from "./sound-lines";

const SOUND = [
  "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9",
  "a=rtpmap:111 opus/48000/2",
  "a=rtcp-fb:111 transport-cc",
  "a=fmtp:111 minptime=10;useinbandfec=1",
  "a=rtpmap:63 red/48000/2",
  "a=fmtp:63 111/111",
  "a=rtpmap:9 G722/8000",
];
const PICTURE = ["m=video 9 UDP/TLS/RTP/SAVPF 96", "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack"];

const text = (...lines: string[]): string => lines.map((line) => `${line}\r\n`).join("");

group("RED first", () => {
  it("comes before Opus, the rest stays in order", () => {
    const codecs = ["audio/opus", "audio/G722", "audio/red", "audio/PCMU"].map((mimeType) => ({
      mimeType,
    }));
    expect(redFirst(codecs).map((codec) => codec.mimeType)).toEqual([
      "audio/red",
      "audio/opus",
      "audio/G722",
      "audio/PCMU",
    ]);
  });
});

group("NACK for sound", () => {
  it("is written behind Opus alone", () => {
    const [head, opus, ...rest] = SOUND;
    expect(withSoundNacks(text(...SOUND, ...PICTURE))).toBe(
      text(head ?? "", opus ?? "", "a=rtcp-fb:111 nack", ...rest, ...PICTURE),
    );
  });

  it("is written once", () => {
    const once = withSoundNacks(text(...SOUND));
    expect(withSoundNacks(once)).toBe(once);
  });

  it("is not taken for said by what only begins alike", () => {
    const other = text(...SOUND, "a=rtcp-fb:111 nack pli");
    expect(withSoundNacks(other)).toContain("a=rtcp-fb:111 nack\r\n");
  });

  it("is written for each m-line's own payload type", () => {
    const two = withSoundNacks(text(...SOUND, "m=audio 9 X 109", "a=rtpmap:109 opus/48000/2"));
    expect(two.match(/^a=rtcp-fb:\d+ nack/gm)).toEqual([
      "a=rtcp-fb:111 nack",
      "a=rtcp-fb:109 nack",
    ]);
  });
});

class FakeConnection {
  signalingState = "stable";
  readonly set: unknown[] = [];
  constructor(private readonly fault: Error | null = null) {}
  createOffer(): Promise<{ type: string; sdp: string }> {
    return Promise.resolve({ type: "offer", sdp: text(...SOUND) });
  }
  createAnswer(): Promise<{ type: string; sdp: string }> {
    return Promise.resolve({ type: "answer", sdp: text(...SOUND) });
  }
  setLocalDescription(given?: unknown): Promise<void> {
    this.set.push(given);
    return given !== undefined && this.fault !== null
      ? Promise.reject(this.fault)
      : Promise.resolve();
  }
}

const described = (connection: FakeConnection): Promise<void> =>
  describe(connection as unknown as RTCPeerConnection);

group("the local description", () => {
  it("asks for lost sound, in offer and answer", async () => {
    const connection = new FakeConnection();
    await described(connection);
    connection.signalingState = "have-remote-offer";
    await described(connection);
    const sdp = withSoundNacks(text(...SOUND));
    expect(connection.set).toEqual([
      { type: "offer", sdp },
      { type: "answer", sdp },
    ]);
  });

  it("is the browser's own where it takes no other", async () => {
    const connection = new FakeConnection(new DOMException("no", "InvalidModificationError"));
    await described(connection);
    expect(connection.set.at(-1)).toBeUndefined();
  });

  it("does not hide a fault of ours", async () => {
    await expect(described(new FakeConnection(new TypeError("ours")))).rejects.toThrow("ours");
  });
});
