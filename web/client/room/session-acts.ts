/** The acts of a real session: each becomes a command, a device step or an input of the store. */

import { Refusal } from "../api";
import type { Acts } from "./acts";
import { choices, type Openable } from "./devices";
import type { Command, Session } from "./session";
import type { Gadget } from "./state";
import { toggleFullScreen } from "./full-screen";
import { nextLayout } from "./own-choices";
import { audienceOf, me, microphoneFace, shownTab } from "./view";

/** Binds the acts to `session`. */
export function actsOf(session: Session): Acts {
  return {
    ...entering(session),
    ...mine(session),
    ...conducting(session),
    ...writing(session),
    ...lettingIn(session),
    ...looking(session),
  };
}

type Entering = Pick<
  Acts,
  | "enter"
  | "prepare"
  | "takeOver"
  | "choose"
  | "retry"
  | "switchOff"
  | "choices"
  | "leave"
  | "reload"
>;

function entering(session: Session): Entering {
  return {
    enter: () => void session.enter(),
    prepare: () => void session.prepare(),
    takeOver: () => void session.takeOver(),
    choose: (gadget, id) => {
      session.media.local.chosen[gadget] = id;
      void session.media.local.open(gadget);
    },
    retry: (gadget) => void session.media.local.open(gadget),
    switchOff: (gadget) => {
      session.media.local.off(gadget);
    },
    choices: (gadget: Openable) => choices(gadget),
    leave: () => void session.leave(),
    reload: () => {
      location.reload();
    },
  };
}

type Mine = Pick<
  Acts,
  "toggleMicrophone" | "toggleCamera" | "toggleScreen" | "toggleHand" | "answerInvitation"
>;

function mine(session: Session): Mine {
  return {
    toggleMicrophone: () => void toggleMicrophone(session),
    toggleCamera: () => void toggleCamera(session),
    toggleScreen: () => void toggleScreen(session),
    toggleHand: () => {
      void session.command({
        type: "SetHand",
        raised: me(session.store.state)?.hand_raised !== true,
      });
    },
    answerInvitation: (speak) => {
      session.store.send({ type: "invitation_answered" });
      if (speak) void toggleMicrophone(session);
    },
  };
}

async function toggleMicrophone(session: Session): Promise<void> {
  const face = microphoneFace(session.store.state);
  if (face === "open") {
    session.store.send({ type: "asked_quiet" });
    await session.command({ type: "SetMicrophone", open: false });
  } else if (face === "not_permitted") session.trouble(new Refusal("no_floor"));
  else if (face === "not_begun") session.trouble(new Refusal("not_live"));
  else if (face === "closed" || (await opened(session, "microphone")))
    await session.command({ type: "SetMicrophone", open: true });
}

async function toggleCamera(session: Session): Promise<void> {
  if (session.media.local.track("camera") === null) await opened(session, "camera");
  else session.media.local.off("camera");
}

/** Opens a device; why not is shown beside the bar. */
async function opened(session: Session, gadget: Gadget): Promise<boolean> {
  if (await session.media.local.open(gadget)) return true;
  const device = session.store.state.devices[gadget];
  session.store.send({ type: "trouble", trouble: { code: `${gadget}:${device}`, params: {} } });
  return false;
}

/** The room is asked first: one screen at a time, and nobody should choose a window only to be refused. */
async function toggleScreen(session: Session): Promise<void> {
  if (session.media.local.track("screen") !== null) {
    session.media.local.unshare();
    return;
  }
  if (!(await session.command({ type: "SetScreen", shared: true }))) return;
  const fault = await session.media.local.share();
  if (fault === null) session.store.send({ type: "sharing", on: true });
  else await session.command({ type: "SetScreen", shared: false });
}

type Conducting = Pick<
  Acts,
  | "start"
  | "interrupt"
  | "resume"
  | "close"
  | "nextCase"
  | "giveFloor"
  | "takeFloor"
  | "mute"
  | "muteAll"
  | "takeChair"
  | "returnChair"
  | "answerHelp"
  | "endHelp"
>;

function conducting(session: Session): Conducting {
  const command = (wish: Command): void => {
    session.store.send({ type: "dialog", dialog: null });
    void session.command(wish);
  };
  return {
    start: (reason) => {
      command({ type: "StartReception", override: reason });
    },
    interrupt: () => {
      command({ type: "InterruptReception", reason: "" });
    },
    resume: () => {
      command({ type: "ResumeReception" });
    },
    close: () => {
      command({ type: "CloseReception", reason: "" });
    },
    nextCase: () => {
      command({ type: "CallNextCase" });
    },
    giveFloor: (participant) => void session.command({ type: "GiveFloor", participant }),
    takeFloor: (participant) => void session.command({ type: "TakeFloor", participant }),
    mute: (participant) => void session.command({ type: "MuteParticipant", participant }),
    muteAll: () => void session.command({ type: "MuteAll" }),
    takeChair: () => {
      command({ type: "TakeChair" });
    },
    returnChair: () => {
      command({ type: "ReturnChair" });
    },
    answerHelp: (seat, accepted) => void session.command({ type: "AnswerHelp", seat, accepted }),
    endHelp: (seat) => void session.command({ type: "EndHelp", seat }),
  };
}

type Writing = Pick<Acts, "draft" | "writeTo" | "send">;

function writing(session: Session): Writing {
  const { store } = session;
  return {
    draft: (text) => {
      store.send({ type: "draft", text });
    },
    writeTo: (audience) => {
      store.send({ type: "audience", audience });
    },
    send: () => void sendDraft(session),
  };
}

/** Cleared only when it was taken: nothing typed is lost to a refusal. */
async function sendDraft(session: Session): Promise<void> {
  const text = session.store.state.chat.draft;
  if (text.trim() === "") return;
  const type = audienceOf(session.store.state) === "officials" ? "SendToOfficials" : "SendToAll";
  if (await session.command({ type, text })) session.store.send({ type: "sent", text });
}

type LettingIn = Pick<Acts, "recallCase" | "admit" | "sendBack" | "dismiss" | "message">;

function lettingIn(session: Session): LettingIn {
  return {
    recallCase: () => void session.command({ type: "RecallCase" }),
    admit: (seat) => void session.command({ type: "AdmitSeat", seat }),
    sendBack: (seat) => void session.command({ type: "SendBack", seat }),
    dismiss: (seat, reason) => void session.command({ type: "DismissSeat", seat, reason }),
    message: (seat, text) => void session.command({ type: "MessageWaiting", seat, text }),
  };
}

type Looking = Pick<
  Acts,
  | "toggleLayout"
  | "turnPage"
  | "toggleFullScreen"
  | "togglePanel"
  | "showTab"
  | "toggleChat"
  | "dialog"
  | "putTroubleAway"
  | "soundHeldBack"
  | "shown"
  | "stream"
  | "microphone"
  | "sounds"
>;

function looking(session: Session): Looking {
  const { store } = session;
  return {
    toggleLayout: () => {
      const layout = nextLayout(store.state.layout);
      store.send({ type: "layout", layout });
      session.choices.keepLayout(layout);
    },
    turnPage: (page) => {
      store.send({ type: "page", page });
    },
    toggleFullScreen: () => void toggleFullScreen(),
    togglePanel: () => {
      store.send({ type: "panel" });
    },
    showTab: (tab) => {
      store.send({ type: "tab", tab });
    },
    toggleChat: () => {
      const open = store.state.panel && shownTab(store.state) === "chat";
      store.send(open ? { type: "panel" } : { type: "tab", tab: "chat" });
    },
    dialog: (dialog) => {
      store.send({ type: "dialog", dialog });
    },
    putTroubleAway: () => {
      store.send({ type: "trouble", trouble: null });
    },
    soundHeldBack: (held) => {
      store.send({ type: "sound_held_back", held });
    },
    shown: (pictures) => {
      session.media.wants.shown(pictures);
    },
    stream: (participant, source) =>
      participant === ""
        ? session.media.local.stream(source)
        : session.media.stream(participant, source),
    microphone: () => session.media.local.track("microphone"),
    sounds: () => session.media.downlink.sounds(),
  };
}
