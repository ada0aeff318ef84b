/** The recording's own words — events, reasons — as the reader's. */

import { elapsed } from "../format";
import { t } from "../i18n";
import type { Mark } from "./recording";
import type { LedStep, Step } from "./steps";

const REASONS: Readonly<Record<string, () => string>> = {
  absent: () => t("not in the room"),
  loading: () => t("loading…"),
  broken: () => t("this part cannot be loaded"),
  nothing: () => t("no picture"),
  muted: () => t("microphone off"),
  camera_off: () => t("camera off"),
  screen_off: () => t("screen not shared"),
  paused: () => t("paused by the chair"),
  loss: () => t("gap: lost on the line"),
  sender_stalled: () => t("gap: nothing came from there"),
  recorder_away: () => t("gap: the recorder was away"),
  node_restarted: () => t("gap: the server restarted"),
  no_key_frame: () => t("gap: no whole picture came"),
};

/** Why there is no picture or sound. */
export function reasonWord(reason: string): string {
  return REASONS[reason]?.() ?? reason;
}

type Worder = (name: string, detail: Mark["detail"]) => string;

const KINDS: Readonly<Record<string, Worder>> = {
  ReceptionStarted: () => t("The reception begins"),
  ReceptionInterrupted: (_, detail) =>
    detail["cause"] === "system" ? t("Paused by the system") : t("Paused by the chair"),
  ReceptionResumed: () => t("The reception goes on"),
  ReceptionClosed: () => t("The reception ends"),
  AgendaMoved: (_, detail) => t("Case {number}", { number: String(detail["number"]) }),
  ParticipantJoined: (name) => t("{name} comes in", { name }),
  ParticipantLost: (name) => t("{name} loses the line", { name }),
  ParticipantReturned: (name) => t("{name} is back", { name }),
  ParticipantLeft: (name) => t("{name} leaves", { name }),
  MicrophoneMoved: (name, detail) =>
    detail["open"] === true
      ? t("{name}: microphone on", { name })
      : t("{name}: microphone off", { name }),
  CameraMoved: (name, detail) =>
    detail["on"] === true ? t("{name}: camera on", { name }) : t("{name}: camera off", { name }),
  ScreenMoved: (name, detail) =>
    detail["shared"] === true
      ? t("{name} shares the screen", { name })
      : t("{name} no longer shares the screen", { name }),
  HandMoved: (name, detail) =>
    detail["raised"] === true
      ? t("{name} raises a hand", { name })
      : t("{name} lowers the hand", { name }),
  FloorGiven: (name) => t("{name} is given the floor", { name }),
  FloorTaken: (name) => t("The floor is taken back from {name}", { name }),
  MessageSent: (name, detail) =>
    detail["audience"] === "officials"
      ? t("{name} writes to the officials", { name })
      : t("{name} writes: {text}", { name, text: String(detail["text"]) }),
  ChairTaken: (name) => t("{name} has taken over the chair", { name }),
  ChairReturned: (name) => t("{name} holds the chair again", { name }),
  HelpOffered: (_, detail) => t("{name} offers to help as operator", { name: seatName(detail) }),
  HelpAccepted: () => t("The operator's help is accepted"),
  HelpDeclined: () => t("The operator's help is declined"),
  HelpEnded: () => t("The operator's help ends"),
  RecordingMoved: (_, detail) =>
    detail["health"] === "not_recording"
      ? t("Nothing is being recorded")
      : t("The recording is written"),
};

function seatName(detail: Mark["detail"]): string {
  const seat = detail["seat"];
  return typeof seat === "object" && seat !== null && "name" in seat ? String(seat.name) : "";
}

/** An event of the record. */
function markWord(mark: Mark): string {
  return KINDS[mark.kind]?.(mark.name, mark.detail) ?? mark.kind;
}

/** Who led, and for how long. */
function ledWord({ name, startMs, endMs }: LedStep): string {
  return t("Main speaker: {name}, {length}", { name, length: lengthWord(endMs - startMs) });
}

/** One line of the list, whichever it is. A gap says whom it struck and how long it is. */
export function stepWord(step: Step): string {
  if (step.mark !== null) return markWord(step.mark);
  if (step.led !== null) return ledWord(step.led);
  if (step.gap === null) return step.kind;
  const { names, reason, startMs, endMs } = step.gap;
  // Babel finds no sentence inside the parameters of another.
  const who = names.length > 0 ? names.join(", ") : t("Everybody");
  return t("{names}: {reason}, {length}", {
    names: who,
    reason: reasonWord(reason),
    length: lengthWord(endMs - startMs),
  });
}

/** `0.4 s` (in Vietnamese `0,4`) below ten seconds, else `00:01:20`. */
function lengthWord(ms: number): string {
  if (ms >= 10_000) return elapsed(ms);
  const seconds = Math.max(0.1, Math.round(ms / 100) / 10);
  return t("{seconds} s", { seconds });
}
