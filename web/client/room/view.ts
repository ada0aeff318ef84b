/**
 * Questions the screen asks of the state. Pure, so that what a button says and does can be tested without a screen.
 *
 * The server decides what is permitted; these mirror its rules only to explain a button before it is pressed.
 */

import type { RoomState } from "./state";
import type { ParticipantView, RoomView } from "../wire/signaling";

const STAFF_SIDE = new Set(["chair", "advisor", "secretary", "agency", "operator"]);
const UNDER_WAY = new Set(["live", "interrupted"]);

export type Action =
  | "start"
  | "interrupt"
  | "resume"
  | "close"
  | "call_next"
  | "admit"
  | "share_screen"
  | "raise_hand"
  | "give_floor"
  | "mute_others";

export type MicrophoneFace = "open" | "closed" | "not_permitted" | "not_begun" | "no_device";
export type RecordingFace = "not_yet" | "recording" | "late" | "lost" | "paused" | "ended";
export type Primary = "start" | "interrupt" | "resume" | "close" | null;

/** My own place, or null while there is none. */
export function me(state: RoomState): ParticipantView | null {
  const room = state.room;
  return room?.participants.find((one) => one.id === room.you) ?? null;
}

/** Whether my role opens this action at all. */
export function may(state: RoomState, action: Action): boolean {
  return state.room?.may.includes(action) ?? false;
}

/** Chair and secretary: who sees the panel and its verbs. */
export function conducts(state: RoomState): boolean {
  return may(state, "give_floor") || may(state, "mute_others");
}

/** Ms since 1970 by the server's clock. */
export function serverNow(state: RoomState): number {
  return state.nowMs + state.aheadMs;
}

/** Ms since the reception began; null before. */
export function elapsedMs(state: RoomState): number | null {
  const began = state.room?.began_ms ?? null;
  return began === null ? null : Math.max(0, serverNow(state) - began);
}

/** Whole seconds since my line broke; null while it holds. */
export function lostSeconds(state: RoomState): number | null {
  return state.lostMs === null
    ? null
    : Math.max(0, Math.floor((state.nowMs - state.lostMs) / 1000));
}

/** What the microphone button shows. */
export function microphoneFace(state: RoomState): MicrophoneFace {
  const own = me(state);
  if (own === null || state.room === null) return "not_begun";
  if (own.microphone_open) return "open";
  const permitted = permission(own, state.room);
  if (permitted !== "closed") return permitted;
  return state.devices.microphone === "ready" ? "closed" : "no_device";
}

function permission(own: ParticipantView, room: RoomView): MicrophoneFace {
  if (!UNDER_WAY.has(room.state)) return STAFF_SIDE.has(own.role) ? "closed" : "not_begun";
  if (room.state === "interrupted" && own.role !== "chair") return "not_begun";
  return own.floor || own.role === "chair" ? "closed" : "not_permitted";
}

/** What is said about the recording. Amber is for officials only; the server sends it to no one else. */
export function recordingFace(room: RoomView): RecordingFace {
  const faces: Readonly<Record<string, RecordingFace>> = {
    not_yet: "not_yet",
    writing: "recording",
    degraded: "late",
    not_recording: "lost",
    paused: "paused",
    ended: "ended",
  };
  return faces[room.recording] ?? "not_yet";
}

/** The one primary action of who conducts. When nothing is being recorded it is to pause. */
export function primaryAction(state: RoomState): Primary {
  const room = state.room;
  if (room === null) return null;
  if (room.state === "interrupted") return may(state, "resume") ? "resume" : null;
  if (room.state === "live") {
    if (recordingFace(room) === "lost") return may(state, "interrupt") ? "interrupt" : null;
    return null;
  }
  return may(state, "start") ? "start" : null;
}

/** Citizens and who comes with them are held until the reception begins. */
export function waitsForBeginning(room: RoomView, who: ParticipantView): boolean {
  return !UNDER_WAY.has(room.state) && !STAFF_SIDE.has(who.role);
}

/** Who shares the screen now. */
export function screenOwner(room: RoomView): ParticipantView | null {
  return room.participants.find((one) => one.screen_shared) ?? null;
}

/**
 * Whose tile is large: a guest who was given the floor, else the chair, else the first official, else the first.
 * Who speaks does not matter: a speaker gets a frame, never a jump.
 */
export function floorHolder(room: RoomView): ParticipantView | null {
  const people = room.participants;
  const guests = people.filter((one) => one.floor && one.role !== "chair");
  const present = guests.filter((one) => one.state === "connected");
  const candidates = [
    ...present,
    ...people.filter((one) => one.role === "chair"),
    ...people.filter((one) => one.id !== room.you && STAFF_SIDE.has(one.role)),
  ];
  return candidates[0] ?? people[0] ?? null;
}

/** People whose hand is up, in the room's order. */
export function handsUp(room: RoomView): readonly ParticipantView[] {
  return room.participants.filter((one) => one.hand_raised);
}

/** The case after the one being received. */
export function nextCase(room: RoomView): { number: number; title: string } | null {
  const later = room.cases.filter((one) => one.number > room.case_number);
  return later.reduce<(typeof later)[number] | null>(
    (least, one) => (least === null || one.number < least.number ? one : least),
    null,
  );
}

/** The case being received. */
export function currentCase(room: RoomView): { number: number; title: string } | null {
  return room.cases.find((one) => one.number === room.case_number) ?? null;
}

/** Which direction of my media is broken while the socket holds. */
export function mediaLost(state: RoomState): boolean {
  return state.uplink === "lost" || state.downlink === "lost";
}
