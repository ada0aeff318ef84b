import { afterEach, describe, expect, it, vi } from "vitest";
import { roundTrips } from "./round-trips";

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("round trips", () => {
  it("ask for what costs the server nothing, and count what another one answers as failed", async () => {
    const asked: string[] = [];
    const answers = [
      () => Promise.resolve(new Response("{}")),
      () => Promise.reject(new TypeError("no line")),
      () => Promise.resolve(new Response("", { status: 502 })),
    ];
    vi.stubGlobal("fetch", (address: string) => {
      asked.push(address);
      return (answers[asked.length - 1] ?? answers[0])?.();
    });
    const times = await roundTrips();
    expect(new Set(asked)).toEqual(new Set(["/build.json"]));
    expect(times.map((time) => time === null)).toEqual([false, true, true, false, false]);
  });
});
