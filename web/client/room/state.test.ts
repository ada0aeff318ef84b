import { describe, expect, it } from "vitest";
import { message, NOW, person, view } from "./examples";
import { firstState, reduce, type Input, type RoomState } from "./state";
import { unread } from "./chat-state";
import type { MessageView, RoomView } from "../wire/signaling";

function after(state: RoomState, ...inputs: Input[]): RoomState {
  return inputs.reduce((present, input) => reduce(present, input, NOW), state);
}

const welcome = (room: RoomView): Input => ({
  type: "welcome",
  welcome: { participant: room.you, secret: "s", room },
});
const START = firstState(NOW, false);

describe("pictures that this browser cannot show", () => {
  const tracks = [{ participant: "agency", source: "camera", codec: "av1" }] as const;

  it("are said once, until they can be shown or the room is entered anew", () => {
    const told = after(START, welcome(view("chair")), { type: "withheld", tracks });
    expect(told.withheld).toEqual(tracks);
    expect(told.notices.map((one) => [one.kind, one.params["codec"]])).toEqual([
      ["cannot_decode", "AV1"],
    ]);
    expect(after(told, { type: "withheld", tracks }).notices).toHaveLength(1);
    expect(after(told, { type: "withheld", tracks: [] }).withheld).toEqual([]);
    expect(after(told, welcome(view("chair"))).withheld).toEqual([]);
  });
});

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

describe("layouts", () => {
  it("begin as chosen before, and a new one begins on its first page", () => {
    const chosen = firstState(NOW, false, "pair");
    expect(chosen.layout).toBe("pair");
    const turned = after(chosen, { type: "page", page: 2 });
    expect(turned.page).toBe(2);
    expect(after(turned, { type: "page", page: -1 }).page).toBe(0);
    expect(after(turned, { type: "layout", layout: "grid" })).toMatchObject({
      layout: "grid",
      page: 0,
    });
  });
});

describe("what is written", () => {
  const written = (earlier: boolean, ...messages: MessageView[]): Input => ({
    type: "messages",
    messages: { messages, earlier },
  });
  const inside = after(START, welcome(view("citizen")));
  const kinds = (state: RoomState): string[] => state.notices.map((notice) => notice.kind);
  const open: Input = { type: "tab", tab: "chat" };

  it("is said and counted while it is not on the screen, once each, but for what was before", () => {
    const state = after(
      inside,
      written(true, message(1), message(2)),
      written(false, message(3)),
      written(false, message(3)),
    );
    expect(kinds(state)).toEqual(["message"]);
    expect(unread(state.chat, "seat-citizen")).toBe(3);
    expect(unread(after(state, open).chat, "seat-citizen")).toBe(0);
  });

  it("by myself is no news", () => {
    const mine = message(1, { seat: "seat-citizen" });
    const state = after(inside, written(false, mine));
    expect([kinds(state), unread(state.chat, "seat-citizen")]).toEqual([[], 0]);
  });

  it("is read as it comes while it is on the screen, and said by the log itself", () => {
    const state = after(inside, open, written(false, message(1)));
    expect([kinds(state), unread(state.chat, "seat-citizen")]).toEqual([[], 0]);
    const closed = after(state, { type: "panel" }, written(false, message(2)));
    expect([kinds(closed), unread(closed.chat, "seat-citizen")]).toEqual([["message"], 1]);
  });

  it("is told anew by a new line; what was read stays read, what is typed stays typed", () => {
    const typing = after(inside, open, written(false, message(1)), { type: "draft", text: "vâng" });
    const again = after(typing, { type: "socket_lost" }, welcome(view("citizen")));
    expect([again.chat.messages, again.chat.draft]).toEqual([[], "vâng"]);
    const told = after(again, { type: "panel" }, written(true, message(1), message(2)));
    expect(unread(told.chat, "seat-citizen")).toBe(1);
    expect(after(told, { type: "sent", text: "vâng" }).chat.draft).toBe("");
  });

  it("has the officials' tabs for officials alone", () => {
    const people: Input = { type: "tab", tab: "people" };
    const citizen = after(inside, people, written(false, message(1)));
    expect(unread(citizen.chat, "seat-citizen")).toBe(0); // what opens for a citizen is the chat
    const chair = after(START, welcome(view("chair")), people, written(false, message(1)));
    expect(unread(chair.chat, "seat-chair")).toBe(1);
  });
});

describe("the chair changes hands", () => {
  const gone = (revision: number): RoomView =>
    view("secretary", {
      revision,
      participants: [person("chair", "chair", { state: "away" }), person("secretary", "secretary")],
    });
  const there = view("secretary", {
    participants: [person("chair", "chair"), person("secretary", "secretary")],
  });

  it("and who may step in is told; the question goes when the chair is back", () => {
    const lost = after(START, welcome(there), { type: "room", room: gone(2) });
    expect(lost.notices.map((notice) => notice.kind)).toEqual(["chair_gone", "away"]);
    const asking = after(lost, { type: "dialog", dialog: "take_chair" });
    expect(after(asking, { type: "room", room: gone(3) }).dialog).toBe("take_chair");
    const back = after(asking, { type: "room", room: { ...there, revision: 3 } });
    expect(back.dialog).toBeNull();
  });

  it("without an invitation to speak: the floor comes with it", () => {
    const mine = person("secretary", "chair", { appointed: "secretary" });
    const room = view("secretary", {
      revision: 3,
      participants: [person("chair", "advisor", { state: "away", appointed: "chair" }), mine],
    });
    const state = after(START, welcome(gone(2)), { type: "room", room });
    expect(state.invited).toBe(false);
    expect(state.notices.map((notice) => notice.kind)).toEqual(["chair_mine"]);
  });
});
