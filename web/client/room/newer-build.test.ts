import { afterEach, describe, expect, it, vi } from "vitest";

import { newerBuild } from "./newer-build";
import { firstState, reduce } from "./state";

afterEach(() => {
  vi.unstubAllGlobals();
});

const answering = (build: string): void => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify({ build }))));
};

describe("a page that was renewed on the server", () => {
  it("is one of another build", async () => {
    answering("b2");
    expect(await newerBuild("b1")).toBe(true);
    expect(await newerBuild("b2")).toBe(false);
  });

  it("is told of until it is reloaded", () => {
    const state = reduce(firstState(0, true), { type: "stale" }, 1);
    expect(state.stale).toBe(true);
    expect(reduce(state, { type: "entering" }, 2).stale).toBe(true);
  });
});
