import { describe, expect, it } from "vitest";
import { NOW, person, view } from "./examples";
import { firstState, reduce, type Input, type RoomState } from "./state";
import type { RoomView } from "../wire/signaling";

function after(state: RoomState, ...inputs: Input[]): RoomState {
  return inputs.reduce((present, input) => reduce(present, input, NOW), state);
}

const welcome = (room: RoomView): Input => ({
  type: "welcome",
  welcome: { participant: room.you, secret: "s", room },
});
const START = firstState(NOW, false);

describe("coming in and going out", () => {
  it("goes from before over entering to inside, and keeps the server's clock apart from ours", () => {
    const state = after(
      START,
      { type: "entering" },
      welcome(view("citizen", { now_ms: NOW + 5_000 })),
    );
    expect(state.phase).toBe("inside");
    expect(state.aheadMs).toBe(5_000);
  });

  it("a lost line freezes nothing but says since when; the welcome ends it", () => {
    const inside = after(START, welcome(view("citizen")));
    const lost = reduce(inside, { type: "socket_lost" }, NOW + 1_000);
    const later = reduce(lost, { type: "socket_lost" }, NOW + 9_000);
    expect(later.lostMs).toBe(NOW + 1_000);
    expect(later.room).toBe(inside.room);
    expect(after(later, welcome(view("citizen"))).lostMs).toBeNull();
  });

  it("a line lost before being inside is no loss of the room", () => {
    expect(after(START, { type: "entering" }, { type: "socket_lost" }).lostMs).toBeNull();
  });

  it("an end leaves nothing behind but its words", () => {
    const inside = after(START, welcome(view("citizen")), { type: "dialog", dialog: "keys" });
    const over = after(inside, { type: "ended", ending: { how: "closed", reason: "" } });
    expect([over.phase, over.dialog, over.invited, over.uplink]).toEqual([
      "over",
      null,
      false,
      "new",
    ]);
  });
});

describe("views of the room", () => {
  it("an older view that comes late is dropped, except on a new line", () => {
    const newer = after(START, welcome(view("citizen", { revision: 7 })));
    expect(after(newer, { type: "room", room: view("citizen", { revision: 6 }) })).toBe(newer);
    expect(after(newer, welcome(view("citizen", { revision: 2 }))).room?.revision).toBe(2);
  });

  it("a change of the reception's state closes an open question about the old one", () => {
    const asking = after(START, welcome(view("chair", { state: "planned" })), {
      type: "dialog",
      dialog: "start",
    });
    const live = after(asking, { type: "room", room: view("chair", { revision: 2 }) });
    expect(live.dialog).toBeNull();
  });

  it("speakers who are gone speak no more", () => {
    const state = after(START, welcome(view("chair")), {
      type: "speakers",
      participants: ["agency", "citizen"],
    });
    const room = view("chair", { revision: 2, participants: [person("citizen", "citizen")] });
    expect(after(state, { type: "room", room }).speakers).toEqual(["citizen"]);
  });
});

describe("the floor", () => {
  const without = view("citizen");
  const given = (open: boolean, revision: number): Input => ({
    type: "room",
    room: view("citizen", {
      revision,
      participants: [person("citizen", "citizen", { floor: true, microphone_open: open })],
    }),
  });

  it("being given invites, and the invitation stands until the microphone opens or it is put away", () => {
    const invited = after(START, welcome(without), given(false, 2));
    expect(invited.invited).toBe(true);
    expect(after(invited, given(false, 3)).invited).toBe(true);
    expect(after(invited, given(true, 3)).invited).toBe(false);
    expect(after(invited, { type: "invitation_answered" }, given(false, 3)).invited).toBe(false);
  });

  it("being taken back ends the invitation", () => {
    const invited = after(START, welcome(without), given(false, 2));
    const taken = after(invited, { type: "room", room: view("citizen", { revision: 3 }) });
    expect(taken.invited).toBe(false);
    expect(taken.notices.map((notice) => notice.kind)).toContain("floor_taken");
  });

  it("whoever comes in with the floor is not invited anew", () => {
    const room = view("citizen", { participants: [person("citizen", "citizen", { floor: true })] });
    expect(after(START, welcome(room)).invited).toBe(false);
  });

  it("my own mute is no news, the chair's is", () => {
    const open = after(START, welcome(without), given(true, 2));
    const quiet = given(false, 3);
    const kinds = (state: RoomState): string[] => state.notices.map((notice) => notice.kind);
    expect(kinds(after(open, { type: "asked_quiet" }, quiet))).not.toContain("muted_by_chair");
    expect(kinds(after(open, quiet))).toContain("muted_by_chair");
  });
});

describe("notices", () => {
  it("go after a while", () => {
    const joined = after(
      START,
      welcome(view("chair", { participants: [person("chair", "chair")] })),
      {
        type: "room",
        room: view("chair", { revision: 2 }),
      },
    );
    expect(joined.notices.map((notice) => notice.kind)).toEqual(["joined", "joined"]);
    expect(reduce(joined, { type: "tick" }, NOW + 9_000).notices).toEqual([]);
  });
});
