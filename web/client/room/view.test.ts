import { describe, expect, it } from "vitest";
import { inside, NOW, person, view } from "./examples";
import * as ask from "./view";
import type { ParticipantView, RoomView } from "../wire/signaling";

function citizen(change: Partial<ParticipantView>, room: Partial<RoomView> = {}): RoomView {
  return view("citizen", { participants: [person("citizen", "citizen", change)], ...room });
}

describe("the microphone button", () => {
  it("is closed to who has no floor, and open to press for who has it", () => {
    expect(ask.microphoneFace(inside(citizen({})))).toBe("not_permitted");
    expect(ask.microphoneFace(inside(citizen({ floor: true })))).toBe("closed");
    expect(ask.microphoneFace(inside(citizen({ floor: true, microphone_open: true })))).toBe(
      "open",
    );
  });

  it("is free for officials and points before the beginning, not for citizens", () => {
    const agency = view("agency", { state: "planned", participants: [person("agency", "agency")] });
    expect(ask.microphoneFace(inside(agency))).toBe("closed");
    expect(ask.microphoneFace(inside(citizen({}, { state: "planned" })))).toBe("not_begun");
  });

  it("in a pause is the chair's alone", () => {
    expect(ask.microphoneFace(inside(citizen({ floor: true }, { state: "interrupted" })))).toBe(
      "not_begun",
    );
    expect(ask.microphoneFace(inside(view("chair", { state: "interrupted" })))).toBe("closed");
  });

  it("says when there is no device behind it", () => {
    const devices = { camera: "ready", microphone: "denied" } as const;
    expect(ask.microphoneFace(inside(view("chair"), { devices }))).toBe("no_device");
  });
});

describe("the primary action", () => {
  it("is start, then none, then go on", () => {
    expect(ask.primaryAction(inside(view("chair", { state: "planned" })))).toBe("start");
    expect(ask.primaryAction(inside(view("chair")))).toBeNull();
    expect(ask.primaryAction(inside(view("chair", { state: "interrupted" })))).toBe("resume");
  });

  it("becomes pause when nothing is recorded", () => {
    expect(ask.primaryAction(inside(view("chair", { recording: "not_recording" })))).toBe(
      "interrupt",
    );
    expect(ask.primaryAction(inside(view("citizen", { recording: "not_recording" })))).toBeNull();
  });
});

describe("who is large", () => {
  it("is a guest with the floor, else the chair, whoever speaks", () => {
    const guest = person("citizen", "citizen", { floor: true });
    const people = [person("chair", "chair"), guest];
    expect(ask.floorHolder(view("chair", { participants: people }))?.id).toBe("citizen");
    expect(ask.floorHolder(view("citizen"))?.id).toBe("chair");
  });

  it("is not somebody whose line is down, while there is another", () => {
    const away = person("citizen", "citizen", { floor: true, state: "away" });
    const room = view("agency", { participants: [away, person("chair", "chair")] });
    expect(ask.floorHolder(room)?.id).toBe("chair");
    expect(ask.floorHolder(view("citizen", { participants: [away] }))?.id).toBe("citizen");
  });
});

describe("times and cases", () => {
  it("elapsed is counted by the server's clock", () => {
    const state = inside(view("chair", { began_ms: NOW - 10_000 }), { aheadMs: 2_000 });
    expect(ask.elapsedMs(state)).toBe(12_000);
    expect(ask.elapsedMs(inside(view("chair", { began_ms: null })))).toBeNull();
  });

  it("the next case is the one with the next number, whatever the order", () => {
    const cases = [3, 1, 2].map((number) => ({ number, title: "" }));
    expect(ask.nextCase(view("chair", { cases, case_number: 1 }))?.number).toBe(2);
    expect(ask.nextCase(view("chair", { cases, case_number: 3 }))).toBeNull();
  });
});

describe("the chair", () => {
  const deputy = (state: string, chair: object): ReturnType<typeof inside> =>
    inside(
      view("secretary", {
        state,
        participants: [person("chair", "chair", chair), person("secretary", "secretary")],
      }),
    );

  it("may be taken by a deputy when nobody who holds it is there", () => {
    expect(ask.mayTakeChair(deputy("live", {}))).toBe(false);
    expect(ask.mayTakeChair(deputy("live", { state: "away" }))).toBe(true);
    const citizen = inside(view("citizen", { participants: [person("citizen", "citizen")] }));
    expect(ask.mayTakeChair(citizen)).toBe(false);
  });

  it("is the primary action of a deputy once it goes on, not while people gather", () => {
    expect(ask.primaryAction(deputy("live", { state: "away" }))).toBe("take_chair");
    expect(ask.primaryAction(deputy("planned", { state: "away" }))).toBeNull();
  });

  it("is given back to who was appointed, when they are there", () => {
    const room = (state: string): RoomView => ({
      ...view("chair"),
      you: "deputy",
      participants: [
        person("first", "advisor", { appointed: "chair", state }),
        person("deputy", "chair", { appointed: "secretary" }),
      ],
    });
    expect(ask.chairToReturn(inside(room("connected")))?.id).toBe("first");
    expect(ask.chairToReturn(inside(room("away")))).toBeNull();
    expect(ask.chairToReturn(inside(view("chair")))).toBeNull();
  });
});

describe("writing", () => {
  it("is for all by citizens while it goes on, by officials also in a pause and among themselves", () => {
    const may = (you: string, state: string): boolean[] => {
      const room = inside(view(you, { state }));
      return [ask.mayWrite(room, "all"), ask.mayWrite(room, "officials")];
    };
    expect(may("citizen", "live")).toEqual([true, false]);
    expect(may("citizen", "interrupted")).toEqual([false, false]);
    expect(may("agency", "interrupted")).toEqual([true, true]);
  });

  it("is for the officials unless chosen otherwise", () => {
    expect(ask.audienceOf(inside(view("chair")))).toBe("officials");
    expect(ask.audienceOf(inside(view("citizen")))).toBe("all");
    const chosen = inside(view("chair"));
    expect(ask.audienceOf({ ...chosen, chat: { ...chosen.chat, audience: "all" } })).toBe("all");
  });
});

describe("who publishes", () => {
  it("is everybody but an observer, who hears and sees", () => {
    expect(["chair", "citizen", "interpreter", "operator"].every(ask.mayPublish)).toBe(true);
    expect(ask.mayPublish("observer")).toBe(false);
  });
});
