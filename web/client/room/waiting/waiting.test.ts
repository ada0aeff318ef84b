import { describe, expect, it } from "vitest";
import { mounted, nameless, part } from "../../shared/mounting";
import { inside, NOW, view, waitingSeat, waitingView, writtenActs } from "../examples";
import { firstState, reduce, type Input, type RoomState } from "../state";
import { Panel } from "../panel/panel";
import { WaitingArea } from "./waiting";
import { EXAMPLES, LISTS } from "./waiting.examples";
import { WaitingList } from "./waiting-list";

const show = (name: string): Promise<WaitingArea> =>
  mounted(new WaitingArea(), { room: EXAMPLES[name]!, acts: writtenActs() });

describe("who waits", () => {
  it.each(Object.keys(EXAMPLES))("finds every control named: %s", async (name) => {
    expect(nameless(await show(name))).toEqual([]);
  });

  it("reads that the place is right, the number and how many are before", async () => {
    const area = await show("a citizen");
    expect(area.textContent).toContain("You are in the right place.");
    expect(area.textContent).toContain("The office can see that you are here.");
    expect(part(area, "waiting-turn").textContent).toMatch(/number: 2[\s\S]*Before you: 1/);
    expect((await show("next, with a message")).textContent).toContain("You are next.");
    expect(part(await show("next, with a message"), "waiting-message").textContent).toContain(
      "năm phút",
    );
  });

  it("is told of the line, and an agency of the agenda alone", async () => {
    expect(part(await show("the line is down"), "waiting-state").textContent).toContain("7");
    const agency = await show("an agency");
    expect(part(agency, "waiting-staff").textContent).toContain("case 1 of 4");
    expect(agency.querySelector("[data-testid=waiting-turn]")).toBeNull();
  });

  it("can leave, and goes on here only when asked to", async () => {
    const acts = writtenActs();
    part(
      await mounted(new WaitingArea(), { room: EXAMPLES["a citizen"]!, acts }),
      "waiting-leave",
    ).click();
    part(await mounted(new WaitingArea(), { room: EXAMPLES["taken"]!, acts }), "take-over").click();
    expect(acts.done).toEqual(["leave", "takeOver"]);
  });
});

describe("who lets people in", () => {
  it("sees who waits, since when and how; nobody behind a lost line is let in", async () => {
    const acts = writtenActs();
    const list = await mounted(new WaitingList(), { room: LISTS["two wait"]!, acts });
    expect(nameless(list)).toEqual([]);
    const an = part(list, "waiting-seat-an");
    expect(an.textContent).toMatch(/case 2 · waits 2 min · devices work/);
    part(an, "admit").click();
    const binh = part(list, "waiting-seat-binh");
    expect(binh.textContent).toMatch(/second device[\s\S]*line lost/);
    expect(part(binh, "admit").hasAttribute("disabled")).toBe(true);
    expect(part(list, "absent").textContent).toContain("Người công");
    part(list, "recall-case").click();
    expect(acts.done).toEqual(["admit seat-an", "recallCase"]);
  });

  it("sees before letting in whom one will not see or hear", async () => {
    const lacking = async (camera: boolean, microphone: boolean): Promise<string> => {
      const waiting = [waitingSeat("an", { camera, microphone })];
      const room = inside(view("chair", { waiting }));
      const list = await mounted(new WaitingList(), { room, acts: writtenActs() });
      return list.querySelector("[data-testid=lacking]")?.textContent ?? "";
    };
    expect(await lacking(true, true)).toBe("");
    expect(await lacking(false, true)).toBe("without camera, sound only");
    expect(await lacking(true, false)).toBe("without microphone");
    expect(await lacking(false, false)).toBe("without camera and microphone");
  });

  it("dismisses only with a reason, and writes to who waits", async () => {
    const acts = writtenActs();
    const list = await mounted(new WaitingList(), { room: LISTS["two wait"]!, acts });
    const an = part(list, "waiting-seat-an");
    part(an, "dismiss-confirm").click();
    for (const [field, text, button] of [
      ["#dismiss-seat-an", "Gây rối", "dismiss-confirm"],
      ["#message-seat-an", "Xin chờ", "message-send"],
    ] as const) {
      an.querySelector<HTMLTextAreaElement>(field)!.value = text;
      part(an, button).click();
    }
    expect(acts.done).toEqual(["dismiss seat-an Gây rối", "message seat-an Xin chờ"]);
  });

  it("sends a citizen back from the room, and never who conducts", async () => {
    const acts = writtenActs();
    const panel = await mounted(new Panel(), { room: LISTS["two wait"]!, acts });
    part(part(panel, "person-citizen"), "send-back").click();
    expect(acts.done).toEqual(["sendBack seat-citizen"]);
    expect(part(panel, "person-chair").querySelector("[data-testid=send-back]")).toBeNull();
  });

  it.each(["nobody", "a citizen's view"])(
    "shows nothing when there is nothing: %s",
    async (name) => {
      const list = await mounted(new WaitingList(), { room: LISTS[name]!, acts: writtenActs() });
      expect(list.textContent.trim()).toBe("");
    },
  );
});

describe("between waiting and the room", () => {
  const after = (state: RoomState, ...inputs: Input[]): RoomState =>
    inputs.reduce((present, input) => reduce(present, input, NOW), state);
  const waits: Input = {
    type: "waiting_welcome",
    welcome: { participant: "p", secret: "s", waiting: waitingView() },
  };

  it("nothing of the room is kept when one is sent back, and none of its views is taken", () => {
    const sent = after(inside(view("citizen")), waits);
    expect([sent.phase, sent.room, sent.speakers]).toEqual(["waiting", null, []]);
    expect(after(sent, { type: "room", room: view("citizen") }).room).toBeNull();
  });

  it("a welcome leads in, an older view of waiting changes nothing", () => {
    const waiting = after(firstState(NOW, false), waits);
    const older: Input = { type: "waiting", waiting: waitingView({ revision: 0, message: "old" }) };
    expect(after(waiting, older).waiting?.message).toBe("");
    const room = view("citizen");
    const input: Input = { type: "welcome", welcome: { participant: "p", secret: "s", room } };
    const let_in = after(waiting, input);
    expect([let_in.phase, let_in.waiting]).toEqual(["inside", null]);
  });

  it("the chair hears once that somebody waits", () => {
    const room = LISTS["two wait"]!.room!;
    const before = inside(view("chair", { revision: 1 }));
    const told = after(before, { type: "room", room: { ...room, revision: 2 } });
    expect(told.notices.filter((one) => one.kind === "waits")).toHaveLength(2);
    const again = after(told, { type: "room", room: { ...room, revision: 3 } });
    expect(again.notices.filter((one) => one.kind === "waits")).toHaveLength(2);
  });
});
