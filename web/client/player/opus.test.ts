import { describe, expect, it } from "vitest";
import { isPause, opusMs } from "./opus";

const packet = (config: number, code: number, ...rest: number[]): Uint8Array =>
  new Uint8Array([(config << 3) | code, ...rest]);

describe("an Opus packet", () => {
  it.each([
    [0, 10],
    [1, 20],
    [3, 60],
    [12, 10],
    [15, 20],
    [16, 2.5],
    [31, 20],
  ])("of configuration %i lasts %f ms", (config, ms) => {
    expect(opusMs(packet(config, 0))).toBe(ms);
    expect(opusMs(packet(config, 1))).toBe(2 * ms);
    expect(opusMs(packet(config, 3, 3))).toBe(3 * ms);
  });

  it("that says nothing lasts no time", () => {
    expect(opusMs(new Uint8Array())).toBe(0);
    expect(opusMs(packet(1, 3))).toBe(0);
  });

  it("of one or two bytes is a pause", () => {
    expect([0, 1, 2, 3].map((length) => isPause(new Uint8Array(length)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});
