import { describe, expect, it } from "vitest";
import { elementsOf, joined, wrapped, writtenNumber, type Element_ } from "./ebml";
import { withDurations } from "./webm";

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

function simpleBlock(offsetMs: number, key: boolean, mark: number, flags = 0): Uint8Array {
  const at = offsetMs & 0xffff;
  return wrapped(0xa3, bytes(0x81, at >> 8, at & 0xff, (key ? 0x80 : 0) | flags, mark));
}

function file(...clusters: Uint8Array[]): Uint8Array {
  const tracks = wrapped(0x1654ae6b, bytes(1, 2, 3));
  return joined([
    wrapped(0x1a45dfa3, bytes(9)),
    wrapped(0x18538067, wrapped(0x1549a966, bytes(7)), tracks, ...clusters),
  ]);
}

const cluster = (atMs: number, ...blocks: Uint8Array[]): Uint8Array =>
  wrapped(0x1f43b675, wrapped(0xe7, writtenNumber(atMs)), ...blocks);

const one = (parts: Iterable<Element_>, id: number): Uint8Array | undefined =>
  [...parts].find((part) => part.id === id)?.content;

/** [time, duration, key, mark] of each frame. */
function read(whole: Uint8Array): [number, number, boolean, number][] {
  const frames: [number, number, boolean, number][] = [];
  const number = (of: Uint8Array | undefined): number =>
    (of ?? bytes()).reduce((value, byte) => value * 256 + byte, 0);
  for (const part of elementsOf(one(elementsOf(whole), 0x18538067)!)) {
    if (part.id !== 0x1f43b675) continue;
    const start = number(one(elementsOf(part.content), 0xe7));
    for (const group of elementsOf(part.content)) {
      if (group.id !== 0xa0) continue;
      const block = one(elementsOf(group.content), 0xa1)!;
      const at = start + (block[1]! << 8) + block[2]!;
      const key = one(elementsOf(group.content), 0xfb) === undefined;
      frames.push([at, number(one(elementsOf(group.content), 0x9b)), key, block[4]!]);
    }
  }
  return frames;
}

describe("durations of frames", () => {
  it("reach to the next frame, over a gap and over clusters; the last to the end of the file", () => {
    const whole = file(
      cluster(0, simpleBlock(0, true, 1), simpleBlock(40, false, 2)),
      cluster(2_000, simpleBlock(0, false, 3)),
    );
    expect(read(withDurations(whole, 2_100))).toEqual([
      [0, 40, true, 1],
      [40, 1_960, false, 2],
      [2_000, 100, false, 3],
    ]);
  });

  it("stand in clusters whose frames fit into 16 bits", () => {
    const whole = file(
      cluster(0, simpleBlock(0, true, 1)),
      cluster(65_000, simpleBlock(0, false, 2)),
    );
    expect(read(withDurations(whole, 65_040))).toEqual([
      [0, 65_000, true, 1],
      [65_000, 40, false, 2],
    ]);
  });

  it("keep what describes the tracks", () => {
    const given = withDurations(file(cluster(0, simpleBlock(0, true, 1))), 40);
    const segment = one(elementsOf(given), 0x18538067)!;
    expect(one(elementsOf(segment), 0x1654ae6b)).toEqual(bytes(1, 2, 3));
    expect(one(elementsOf(segment), 0x1549a966)).toEqual(bytes(7));
  });

  it("are never less than one millisecond", () => {
    const whole = file(cluster(0, simpleBlock(0, true, 1)));
    expect(read(withDurations(whole, 0))[0]?.[1]).toBe(1);
  });

  it("leave alone what is no such file", () => {
    const laced = file(cluster(0, simpleBlock(0, true, 1, 0x02)));
    for (const other of [bytes(), bytes(0, 1, 2), bytes(0xff, 0xff), file(), laced])
      expect(withDurations(other, 40)).toBe(other);
  });

  it("of a file that was cut off are those of its whole frames", () => {
    const tail = simpleBlock(40, false, 2);
    const cut = cluster(0, simpleBlock(0, true, 1), tail).slice(0, -2);
    const open = joined([
      wrapped(0x1a45dfa3, bytes(9)),
      bytes(0x18, 0x53, 0x80, 0x67, 0x01, 255, 255, 255, 255, 255, 255, 255),
      bytes(0x1f, 0x43, 0xb6, 0x75, 0x01, 255, 255, 255, 255, 255, 255, 255),
      cut.subarray(12),
    ]);
    expect(read(withDurations(open, 40))).toEqual([[0, 40, true, 1]]);
  });
});

describe("pauses of sound", () => {
  const TOC = 0x78; // 20 ms, one frame
  const sound = (offsetMs: number, ...body: number[]): Uint8Array =>
    wrapped(0xa3, bytes(0x81, offsetMs >> 8, offsetMs & 0xff, 0x80, ...body));
  const opus = (...blocks: Uint8Array[]): Uint8Array => {
    const entry = wrapped(0xae, wrapped(0x86, new TextEncoder().encode("A_OPUS")));
    return joined([
      wrapped(0x1a45dfa3, bytes(9)),
      wrapped(0x18538067, wrapped(0x1654ae6b, entry), cluster(0, ...blocks)),
    ]);
  };
  const times = (whole: Uint8Array): number[] => read(whole).map(([at]) => at);

  it("are filled with what said that they begin", () => {
    const whole = withDurations(
      opus(sound(0, TOC, 1, 2), sound(20, TOC), sound(420, TOC, 3, 4)),
      440,
    );
    expect(times(whole)).toEqual([0, ...Array.from({ length: 20 }, (_, n) => 20 + 20 * n), 420]);
    expect(read(whole).every(([, duration]) => duration === 20)).toBe(true);
  });

  it("are filled too where the muxer put each block into a group", () => {
    const grouped = (offsetMs: number, ...body: number[]): Uint8Array =>
      wrapped(
        0xa0,
        wrapped(0xa1, bytes(0x81, offsetMs >> 8, offsetMs & 0xff, 0, ...body)),
        wrapped(0x9b, bytes(0)),
      );
    const whole = withDurations(opus(grouped(0, TOC), grouped(60, TOC, 1, 2)), 80);
    expect(times(whole)).toEqual([0, 20, 40, 60]);
    expect(read(whole).every(([, , key]) => key)).toBe(true);
    const trimmed = opus(
      wrapped(0xa0, wrapped(0xa1, bytes(0x81, 0, 0, 0, TOC)), wrapped(0x75a2, bytes(1))),
    );
    expect(withDurations(trimmed, 80)).toBe(trimmed);
  });

  it("reach to the end of the file", () => {
    expect(times(withDurations(opus(sound(0, TOC)), 100))).toEqual([0, 20, 40, 60, 80]);
  });

  it("leave no remainder that lies over what follows", () => {
    expect(times(withDurations(opus(sound(0, TOC), sound(55, TOC, 1, 2)), 75))).toEqual([
      0, 20, 55,
    ]);
  });

  it("are not made of holes: after sound, or for longer than a sender is silent", () => {
    const lost = opus(sound(0, TOC, 1, 2), sound(400, TOC, 1, 2));
    expect(withDurations(lost, 420)).toBe(lost);
    const away = opus(sound(0, TOC), sound(1_020, TOC, 1, 2));
    expect(withDurations(away, 1_040)).toBe(away);
  });

  it("leave holes beside them", () => {
    const whole = opus(sound(0, TOC), sound(40, TOC, 1, 2), sound(400, TOC, 1, 2));
    expect(read(withDurations(whole, 420)).map(([at, lasts]) => [at, lasts])).toEqual([
      [0, 20],
      [20, 20],
      [40, 20],
      [400, 20],
    ]);
  });

  it("are no business of pictures", () => {
    const picture = file(cluster(0, simpleBlock(0, true, TOC), simpleBlock(400, false, TOC)));
    expect(times(withDurations(picture, 440))).toEqual([0, 400]);
  });
});
