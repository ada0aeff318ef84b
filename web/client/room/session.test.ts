/** Coming back, against a server that answers late or never: nothing comes of it once its reader has gone. */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { OwnChoices } from "./own-choices";
import { Session } from "./session";
import { firstState, reduce, type Input, type RoomState } from "./state";
import { Store } from "../shared/store";
import type { JoinReply, RoomConfig } from "../wire/web";

const sockets: string[] = [];
vi.mock("socket.io-client", () => ({
  io: (address: string) => {
    sockets.push(address);
    return { on: () => undefined, close: () => undefined };
  },
}));

const WAY: JoinReply = {
  token: "t",
  url: "http://there",
  path: "/socket.io/",
  namespace: "/room",
  ice: [],
  relay_only: false,
};

function entering(): { session: Session; store: Store<RoomState, Input> } {
  const store = new Store<RoomState, Input>(firstState(0, false), reduce, () => Date.now());
  const config = { reception: "r", role: "citizen", join: "/join", page: { csrf: "c" } };
  return {
    session: new Session(config as RoomConfig, store, new OwnChoices("citizen", null)),
    store,
  };
}

beforeEach(() => {
  sockets.length = 0;
  sessionStorage.clear();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("the way in", () => {
  it("is not taken any more by who left while it was asked for", async () => {
    let answer: (reply: Response) => void = () => undefined;
    vi.stubGlobal("fetch", () => new Promise<Response>((resolve) => (answer = resolve)));
    const { session, store } = entering();
    const entered = session.enter();
    await session.leave();
    answer(new Response(JSON.stringify(WAY)));
    await entered;
    expect(store.state.phase).toBe("over");
    expect(sockets).toEqual([]);
  });

  it("is not waited for longer than a line that is there would take", async () => {
    const late = new DOMException("late", "TimeoutError");
    vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort(late));
    vi.stubGlobal("fetch", (_: string, asked: RequestInit) =>
      asked.signal?.aborted === true ? Promise.reject(late) : new Promise(() => undefined),
    );
    const { session, store } = entering();
    await session.enter();
    expect(store.state.phase).toBe("before");
    expect(store.state.trouble?.code).toBe("line_down");
  });
});
