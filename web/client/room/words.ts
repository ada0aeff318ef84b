/** Codes of the wire and of devices as the reader's words. Every sentence here is in the catalogue. */

import { refusalText, t } from "../i18n";
import type { Notice, NoticeKind } from "./notices";
import type { Quality } from "./quality";
import type { Device, Gadget, Trouble } from "./state";
import type { Alarm, ParticipantView } from "../wire/signaling";

const ROLES: Readonly<Record<string, () => string>> = {
  chair: () => t("chair"),
  advisor: () => t("advising unit"),
  secretary: () => t("secretary"),
  agency: () => t("agency"),
  operator: () => t("operator"),
  citizen: () => t("citizen"),
  representative: () => t("representative"),
  lawyer: () => t("lawyer"),
  interpreter: () => t("interpreter"),
  observer: () => t("observer"),
  archivist: () => t("archivist"),
  administrator: () => t("administrator"),
};

/** A role as the law names it. */
export function roleWord(role: string): string {
  return ROLES[role]?.() ?? role;
}

/** What somebody is in the room now; says it when a deputy has the chair. */
export function partWord(who: ParticipantView): string {
  if (who.role === who.appointed) return roleWord(who.role);
  return who.role === "chair" ? t("chair, as deputy") : t("chair, replaced by a deputy");
}

/** How somebody else's line is; empty while nobody knows. */
export function lineWord(quality: string): string {
  const words: Readonly<Record<string, () => string>> = {
    good: () => t("line good"),
    poor: () => t("line weak"),
    bad: () => t("line very weak"),
  };
  return words[quality]?.() ?? "";
}

/** How my line is, in three words at most. */
export function qualityWord(quality: Quality | null): string {
  if (quality === null) return t("line: checking");
  if (quality === "good") return t("line good");
  return quality === "poor" ? t("line weak") : t("line very weak");
}

/** What to do about a device that gives nothing; empty when there is nothing to do. */
export function deviceAdvice(gadget: Gadget, device: Device): string {
  return gadget === "camera" ? cameraAdvice(device) : microphoneAdvice(device);
}

function cameraAdvice(device: Device): string {
  const words: Partial<Record<Device, () => string>> = {
    denied: () =>
      t(
        "The browser may not use the camera. Press the camera sign in the address bar, allow it, then press Try again.",
      ),
    missing: () =>
      t("No camera was found. Plug one in, then press Try again — or go on without a picture."),
    busy: () => t("Another programme is using the camera. Close it, then press Try again."),
    insecure: () =>
      t("The browser gives a camera only to an address that begins with https. Ask the operator."),
    failed: () =>
      t("The camera gives no picture. Unplug it, plug it in again, then press Try again."),
  };
  return words[device]?.() ?? "";
}

function microphoneAdvice(device: Device): string {
  const words: Partial<Record<Device, () => string>> = {
    denied: () =>
      t(
        "The browser may not use the microphone. Press the microphone sign in the address bar, allow it, then press Try again.",
      ),
    missing: () =>
      t("No microphone was found. Plug one in, then press Try again — or go on and only listen."),
    busy: () => t("Another programme is using the microphone. Close it, then press Try again."),
    insecure: () =>
      t(
        "The browser gives a microphone only to an address that begins with https. Ask the operator.",
      ),
    failed: () =>
      t("The microphone gives no sound. Unplug it, plug it in again, then press Try again."),
  };
  return words[device]?.() ?? "";
}

const NOTICES: Readonly<Record<NoticeKind, (params: Notice["params"]) => string>> = {
  joined: (params) => t("{name} has come in", params),
  left: (params) => t("{name} has left", params),
  waits: (params) => t("{name} is waiting to be let in", params),
  away: (params) => t("{name} has lost the line", params),
  returned: (params) => t("{name} is back", params),
  hand: (params) => t("{name} raises a hand", params),
  screen: (params) => t("{name} shares the screen", params),
  screen_ended: (params) => t("{name} no longer shares the screen", params),
  floor_given: () => t("You are invited to speak"),
  floor_taken: () => t("The floor was taken back. Your microphone is off."),
  muted_by_chair: () => t("Your microphone was switched off."),
  live: () => t("The reception has begun. It is being recorded."),
  interrupted: () => t("The reception is paused. Nothing is being recorded."),
  resumed: () => t("The reception goes on. It is being recorded."),
  not_recording: () => t("NOT RECORDING — the reception must be paused"),
  recording_again: () => t("Recording again"),
  case: (params) => t("Case {number}: {title}", params),
  chair_gone: () => t("The chair has lost the line or left. You may take over the chair."),
  chair_taken: (params) => t("{name} has taken over the chair", params),
  chair_mine: () => t("You hold the chair now."),
  chair_returned: (params) => t("{name} holds the chair again", params),
  cannot_decode: (params) =>
    t(
      "This browser cannot show the picture of {name} ({codec}). The sound goes on. Another browser may show it.",
      params,
    ),
  message: (params) =>
    params["audience"] === "officials"
      ? t("{name} writes to the officials", params)
      : t("{name} writes to all", params),
};

const ALARMS: Readonly<Record<string, (params: Alarm["params"]) => string>> = {
  recorder_away: () =>
    t("The recorder does not answer. The reception cannot be started. Call the operator."),
  store_away: () =>
    t("The archive's store does not answer. The reception cannot be started. Call the operator."),
  disk_low: (params) =>
    t(
      "The recorder's disk is filling up: {free} GB are free, {wanted} GB are still needed. Call the operator.",
      params,
    ),
  disk_short: (params) =>
    t(
      "The recorder's disk will be full before the planned end: {free} GB are free, {wanted} GB are needed. Call the operator now.",
      params,
    ),
  database_away: () =>
    t(
      "The database does not answer. The reception goes on and is recorded; decisions are kept here and stored later. Nobody new can come in.",
    ),
  decisions_not_kept: () =>
    t(
      "The database does not answer and decisions can hardly be kept any more. Call the operator now; the recording itself goes on.",
    ),
};

/** An alarm as a sentence or two; one this page does not know says nothing. */
export function alarmText(alarm: Alarm): string {
  return ALARMS[alarm.code]?.(alarm.params) ?? "";
}

/** A notice as one sentence. */
export function noticeText(notice: Notice): string {
  return NOTICES[notice.kind](notice.params);
}

/** A trouble as a sentence that says what to do: of a device (`camera:denied`), of the line, or the server's code. */
export function troubleText(trouble: Trouble): string {
  const [gadget, device] = trouble.code.split(":");
  if (device !== undefined && (gadget === "camera" || gadget === "microphone"))
    return deviceAdvice(gadget, device as Device);
  if (trouble.code === "line_down")
    return t(
      "The server does not answer. Check the network cable or Wi-Fi; the page goes on trying.",
    );
  return refusalText(trouble.code, trouble.params);
}
