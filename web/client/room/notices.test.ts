import { describe, expect, it } from "vitest";
import { NOW, person, view } from "./examples";
import { heardOf } from "./notices";
import type { RoomView } from "../wire/signaling";

function kinds(before: RoomView | null, after: Partial<RoomView>): string[] {
  const room = view("chair", { revision: 2, ...after });
  return heardOf(before, room, NOW).map((notice) => notice.kind);
}

describe("what is worth saying", () => {
  it("nothing of the first view, and nothing twice", () => {
    expect(kinds(null, {})).toEqual([]);
    expect(heardOf(view("chair"), view("chair"), NOW)).toEqual([]);
  });

  it("the reception's turns", () => {
    expect(kinds(view("chair", { state: "planned" }), {})).toEqual(["live"]);
    expect(kinds(view("chair"), { state: "interrupted" })).toEqual(["interrupted"]);
    expect(kinds(view("chair", { state: "interrupted" }), {})).toEqual(["resumed"]);
    expect(kinds(view("chair"), { case_number: 2 })).toEqual(["case"]);
  });

  it("that nothing is recorded, and that it is again", () => {
    expect(kinds(view("chair"), { recording: "not_recording" })).toEqual(["not_recording"]);
    expect(kinds(view("chair", { recording: "not_recording" }), {})).toEqual(["recording_again"]);
    expect(kinds(view("chair"), { recording: "degraded" })).toEqual([]);
  });

  it("who comes, goes, loses the line and returns", () => {
    const alone = [person("chair", "chair")];
    const with_ = (state: string): Partial<RoomView> => ({
      participants: [...alone, person("agency", "agency", { state })],
    });
    expect(kinds(view("chair", { participants: alone }), with_("connected"))).toEqual(["joined"]);
    expect(kinds(view("chair", with_("connected")), with_("away"))).toEqual(["away"]);
    expect(kinds(view("chair", with_("away")), with_("connected"))).toEqual(["returned"]);
    expect(kinds(view("chair", with_("connected")), { participants: alone })).toEqual(["left"]);
  });

  it("nothing when a seat moves to another device", () => {
    const other = person("agency", "agency");
    const before = view("chair", { participants: [other] });
    expect(kinds(before, { participants: [{ ...other, id: "agency-again" }] })).toEqual([]);
  });
});

describe("who conducts", () => {
  const seats = (deputy: object, first: object): Partial<RoomView> => ({
    you: "agency",
    participants: [
      person("first", "chair", first),
      person("deputy", "secretary", deputy),
      person("agency", "agency"),
    ],
  });
  const usual = view("agency", seats({}, {}));
  const taken = seats({ role: "chair" }, { role: "advisor", state: "away" });
  const lost = view("agency", seats({}, { state: "away" }));

  it("is said to everybody, once, without what goes with it", () => {
    expect(kinds(lost, taken)).toEqual(["chair_taken"]);
    const back = seats({ role: "chair" }, { role: "advisor" });
    expect(kinds(view("agency", back), seats({}, {}))).toEqual(["chair_returned"]);
    expect(kinds(lost, { ...taken, you: "deputy" })).toEqual(["chair_mine"]);
  });

  it("is not said of an appointed chair who only comes in, nor that it is free to who may not take it", () => {
    const without = view("agency", { participants: usual.participants.slice(1) });
    expect(kinds(without, seats({}, {}))).toEqual(["joined"]);
    expect(kinds(usual, { ...seats({}, { state: "away" }), may: [] })).toEqual(["away"]);
    expect(kinds(usual, { ...seats({}, { state: "away" }), may: ["take_chair"] })).toEqual([
      "chair_gone",
      "away",
    ]);
  });
});
