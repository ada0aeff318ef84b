/** The views that are one screen each, in their examples. */

import { describe, expect, it } from "vitest";
import { mounted, nameless, part } from "../shared/mounting";
import { Dialogs } from "./dialogs/dialogs";
import { inside, NOW, person, view, writtenActs } from "./examples";
import { Held } from "./held/held";
import { NoticesList } from "./notices-list/notices-list";
import { Over, wordsOf } from "./over/over";
import { Prejoin } from "./prejoin/prejoin";
import { firstState, type RoomState } from "./state";
import { Topbar } from "./topbar/topbar";
import type { RoomConfig } from "../wire/web";

const CONFIG: RoomConfig = {
  page: { lang: "vi", dir: "ltr", zone: "Asia/Ho_Chi_Minh", catalogue: "", csrf: "" },
  reception: "r",
  title: "Buổi tiếp",
  office: "Ban Tiếp công dân",
  name: "Nguyễn Văn A",
  role: "citizen",
  point: "Điểm cầu xã",
  join: "/join",
  back: "/today",
  devices: "/devices",
  after: "/after",
  camera_kbps: 1500,
  screen_kbps: 2000,
  loopback_only: false,
};

describe("before the room", () => {
  const show = (devices: RoomState["devices"]): Promise<Prejoin> =>
    mounted(new Prejoin(), {
      room: { ...firstState(NOW, false), devices },
      acts: writtenActs(),
      config: CONFIG,
    });

  it("says who one is, that it is recorded, and names its controls", async () => {
    const prejoin = await show({ camera: "ready", microphone: "off" });
    expect(prejoin.textContent).toContain("Nguyễn Văn A");
    expect(prejoin.textContent).toContain("recorded");
    expect(nameless(prejoin)).toEqual([]);
  });

  it("lets one in without devices, says so, and says what to do about them", async () => {
    const prejoin = await show({ camera: "denied", microphone: "missing" });
    expect(part(prejoin, "join-button").textContent).toContain("only to watch and listen");
    expect(part(prejoin, "device-camera").textContent).toContain("address bar");
    expect(part(prejoin, "device-microphone").textContent).toContain("Plug one in");
    expect(part(prejoin, "retry-camera")).toBeTruthy();
  });
});

describe("the top bar", () => {
  const face = async (recording: string): Promise<HTMLElement> => {
    const room = inside(view("chair", { recording }));
    return part(await mounted(new Topbar(), { room }), "recording-state");
  };

  it("says what the recording does, in icon, word and tone", async () => {
    expect((await face("not_yet")).textContent).toContain("NOT YET RECORDING");
    expect((await face("writing")).textContent).toContain("RECORDING");
    expect((await face("degraded")).dataset["tone"]).toBe("late");
    expect((await face("not_recording")).textContent).toContain("must be paused");
    expect((await face("not_recording")).dataset["tone"]).toBe("bad");
  });

  it("counts the time since the beginning and says the case", async () => {
    const topbar = await mounted(new Topbar(), { room: inside(view("chair")) });
    expect(part(topbar, "elapsed").textContent).toBe("00:01:01");
    expect(topbar.textContent).toContain("case 1 of 2");
  });

  it("says when the line is being made anew", async () => {
    const room = inside(view("chair"), { lostMs: NOW });
    expect(part(await mounted(new Topbar(), { room }), "line-state").textContent).toContain(
      "reconnecting",
    );
  });
});

describe("questions", () => {
  const show = async (dialog: RoomState["dialog"]): Promise<{ root: Dialogs; done: string[] }> => {
    const acts = writtenActs();
    const root = await mounted(new Dialogs(), { room: inside(view("chair"), { dialog }), acts });
    return { root, done: acts.done };
  };

  it("name their consequence, and there is a way back", async () => {
    const { root, done } = await show("close");
    expect(root.textContent).toContain("cannot be opened again");
    part(root, "dialog-back").click();
    part(root, "end-confirm").click();
    expect(done).toEqual(["dialog", "close"]);
  });

  it("start only with a reason", async () => {
    const { root, done } = await show("start");
    const form = root.querySelector("form")!;
    form.dispatchEvent(new Event("submit", { cancelable: true }));
    (part(root, "start-reason") as HTMLTextAreaElement).value = " đã kiểm tra ";
    form.dispatchEvent(new Event("submit", { cancelable: true }));
    expect(done).toEqual(["start đã kiểm tra"]);
  });

  it.each(["start", "close", "interrupt", "leave", "keys"] as const)(
    "names its controls: %s",
    async (dialog) => {
      expect(nameless((await show(dialog)).root)).toEqual([]);
    },
  );
});

describe("notices", () => {
  it("are said politely, trouble at once, and trouble can be put away", async () => {
    const acts = writtenActs();
    const notice = { id: "1", kind: "joined", params: { name: "An" }, atMs: NOW } as const;
    const room = inside(view("chair"), {
      notices: [notice],
      trouble: { code: "camera:busy", params: {} },
    });
    const list = await mounted(new NoticesList(), { room, acts });
    expect(list.querySelector("[aria-live=polite]")?.textContent).toContain("An has come in");
    expect(list.querySelector("[role=alert]")?.textContent).toContain("Another programme");
    part(list, "trouble-away").click();
    expect(acts.done).toEqual(["putTroubleAway"]);
  });
});

describe("waiting and after", () => {
  it("who is held is told that the place is right", async () => {
    const room = view("citizen", {
      state: "planned",
      held: true,
      participants: [person("citizen", "citizen")],
    });
    const held = await mounted(new Held(), { room: inside(room), acts: writtenActs() });
    expect(held.textContent).toContain("You are in the right place.");
    expect(held.textContent).toContain("We have not begun.");
  });

  it("an end says what comes next, and a way back only where there is one", async () => {
    expect(wordsOf("closed").mayReturn).toBe(false);
    expect(wordsOf("from the future").title).toBe("The reception has ended.");
    const room = { ...firstState(NOW, false), ending: { how: "left", reason: "" } };
    const over = await mounted(new Over(), { room, acts: writtenActs(), config: CONFIG });
    expect(part(over, "enter-again")).toBeTruthy();
    expect(part(over, "over-onward").getAttribute("href")).toBe("/today");
  });
});
