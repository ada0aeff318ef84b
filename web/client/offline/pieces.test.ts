import { describe, expect, it } from "vitest";
import { MANIFEST } from "../player/examples";
import { av1Type, loaderOf, mp4Type } from "./pieces";

const AVCC = [0, 0, 0, 44, 0x61, 0x76, 0x63, 0x43, 1, 0x42, 0xc0, 0x1f, 0xff];

describe("the files the player gets", () => {
  it("are the sealed WebM, or the MP4 beside a Matroska master", async () => {
    const [track] = MANIFEST.tracks;
    const [first, second] = track!.segments;
    const manifest = {
      ...MANIFEST,
      tracks: [
        {
          ...track!,
          segments: [
            first!,
            { ...second!, key: "t/2.mkv", container: "matroska", codec: "h264" as const },
          ],
        },
      ],
    };
    const files = new Map([
      ["data/t/1", new File(["one"], "1")],
      ["data/t/2.mp4", new File([new Uint8Array(AVCC)], "2.mp4")],
    ]);
    const load = loaderOf({ files, manifest: "", whole: true }, manifest, new Set());
    const signal = new AbortController().signal;
    expect((await load(track!.id, 1, signal)).type).toBe('video/webm; codecs="vp8"');
    expect((await load(track!.id, 2, signal)).type).toBe('video/mp4; codecs="avc1.42c01f"');
    await expect(load(track!.id, 3, signal)).rejects.toThrow("no file");
    for (const path of ["data/t/2.mkv", "data/t/2.mp4"]) {
      const wary = loaderOf({ files, manifest: "", whole: true }, manifest, new Set([path]));
      await expect(wary(track!.id, 2, signal)).rejects.toThrow("not as it was sealed");
      expect((await wary(track!.id, 1, signal)).type).toContain("vp8");
    }
    files.delete("data/t/1");
    await expect(load(track!.id, 1, signal)).rejects.toThrow("no file");
  });

  it.each([
    [[0x90, 0x81, 0x00, 0x0c], "av01.0.00M.08"],
    [[0x40, 0x11, 0x81, 0x09, 0xcc], "av01.0.09H.10"],
    [[0x01, 0, 0, 0, 0, 0, 0, 0x11, 0x81, 0x4d, 0x6c], "av01.2.13M.12"],
  ])("name the AV1 in them", (codecPrivate, name) => {
    const bytes = new Uint8Array([1, 2, 0x63, 0xa2, ...codecPrivate]);
    expect(av1Type(bytes)).toBe(`video/webm; codecs="${name}"`);
  });

  it("have no name when they are no H264 and no AV1", () => {
    expect(mp4Type(new Uint8Array([1, 2, 3]))).toBeUndefined();
    expect(av1Type(new Uint8Array([1, 2, 3]))).toBeUndefined();
    expect(av1Type(new Uint8Array([0x63, 0xa2, 0x84, 1, 2, 3]))).toBeUndefined();
  });
});
