/**
 * Questions the screen asks of the state. Pure, so that what a button says and does can be tested without a screen.
 *
 * The server decides what is permitted; these mirror its rules only to explain a button before it is pressed.
 */

import type { Audience } from "./chat-state";
import { worst, type Quality } from "./quality";
import type { RoomState, Tab } from "./state";
import type { ParticipantView, RoomView, Source } from "../wire/signaling";

const STAFF_SIDE = new Set(["chair", "advisor", "secretary", "agency", "operator"]);
const UNDER_WAY = new Set(["live", "interrupted"]);

export type Action =
  | "start"
  | "interrupt"
  | "resume"
  | "close"
  | "call_next"
  | "set_own_microphone"
  | "set_own_camera"
  | "admit"
  | "share_screen"
  | "raise_hand"
  | "give_floor"
  | "mute_others"
  | "write_to_all"
  | "officials_line"
  | "take_chair"
  | "return_chair";

export type MicrophoneFace = "open" | "closed" | "not_permitted" | "not_begun" | "no_device";
export type RecordingFace = "not_yet" | "recording" | "late" | "lost" | "paused" | "ended";
export type Primary = "start" | "interrupt" | "resume" | "close" | "take_chair" | null;

/** My own place, or null while there is none. */
export function me(state: RoomState): ParticipantView | null {
  const room = state.room;
  return room?.participants.find((one) => one.id === room.you) ?? null;
}

/** Whether my role opens this action at all. */
export function may(state: RoomState, action: Action): boolean {
  return state.room?.may.includes(action) ?? false;
}

/** My seat's id. */
export function ownSeat(state: RoomState): string | null {
  return me(state)?.seat ?? null;
}

/** What the panel has for me: officials everything, citizens what is written. */
export function tabsOf(state: RoomState): readonly Tab[] {
  return may(state, "officials_line") ? ["people", "agenda", "chat"] : ["chat"];
}

/** The part of the panel that is open, if the panel is. */
export function shownTab(state: RoomState): Tab {
  const tabs = tabsOf(state);
  return tabs.includes(state.tab) ? state.tab : "chat";
}

/** Whether I may write for these now. */
export function mayWrite(state: RoomState, audience: Audience): boolean {
  if (audience === "officials") return may(state, "officials_line");
  const official = may(state, "officials_line");
  return may(state, "write_to_all") && (official || state.room?.state === "live");
}

/** Whom I write for: as I chose; else the officials' line for who has it. */
export function audienceOf(state: RoomState): Audience {
  if (!may(state, "officials_line")) return "all";
  return state.chat.audience ?? "officials";
}

/** Whether whoever holds the chair is there. */
export function chairConnected(room: RoomView): boolean {
  return room.participants.some((one) => one.role === "chair" && one.state === "connected");
}

/** The chair is gone and I am one of those who may take it. */
export function mayTakeChair(state: RoomState): boolean {
  return state.room !== null && may(state, "take_chair") && !chairConnected(state.room);
}

/** The appointed chair, when I have the chair in their place and they are there again. */
export function chairToReturn(state: RoomState): ParticipantView | null {
  if (!may(state, "return_chair")) return null;
  const waiting = state.room?.participants.find(
    (one) => one.appointed === "chair" && one.role !== "chair" && one.state === "connected",
  );
  return waiting ?? null;
}

/** Whether this role sends anything at all: an observer hears and sees. */
export function mayPublish(role: string): boolean {
  return role !== "observer";
}

/** Chair and secretary: who has the panel's verbs. */
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

/** Ms since the present case is received; null before the beginning. */
export function caseMs(state: RoomState): number | null {
  const began = state.room?.case_began_ms ?? null;
  return began === null ? null : Math.max(0, serverNow(state) - began);
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
  if (UNDER_WAY.has(room.state) && mayTakeChair(state)) return "take_chair";
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
  const guests = room.participants.filter((one) => one.floor && one.role !== "chair");
  return guests.find((one) => one.state === "connected") ?? usuallyLarge(room);
}

/** Who is large while no guest has the floor. */
export function usuallyLarge(room: RoomView): ParticipantView | null {
  const people = room.participants;
  return (
    people.find((one) => one.role === "chair") ??
    people.find((one) => one.id !== room.you && STAFF_SIDE.has(one.role)) ??
    people[0] ??
    null
  );
}

/** The official of the two who are side by side; `usual`: whoever has the floor at this moment. */
export function officialBeside(room: RoomView, usual = false): ParticipantView | null {
  const officials = room.participants.filter((one) => STAFF_SIDE.has(one.role));
  const chair = officials.find((one) => one.role === "chair") ?? officials[0] ?? null;
  if (usual) return chair;
  const there = (one: ParticipantView): boolean => one.state === "connected";
  return officials.find((one) => one.floor && one.role !== "chair" && there(one)) ?? chair;
}

/** The citizen of the two: who has the floor, else the first. */
export function citizenBeside(room: RoomView, usual = false): ParticipantView | null {
  const guests = room.participants.filter((one) => !STAFF_SIDE.has(one.role));
  const speaks = guests.find((one) => one.floor && one.state === "connected");
  return (usual ? null : speaks) ?? guests[0] ?? null;
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

/** How good my line is: the worse of what this browser measures and of what the room shows everybody of me. */
export function ownLine(state: RoomState): Quality | null {
  const said = (["good", "poor", "bad"] as const).find((word) => word === me(state)?.quality);
  return worst([state.quality, said ?? null]);
}

/** In what a picture is coded that this browser is not sent because it cannot decode it; null when it can. */
export function withheldCodec(
  state: RoomState,
  participant: string,
  source: Source,
): string | null {
  const found = state.withheld.find(
    (one) => one.participant === participant && one.source === source,
  );
  return found?.codec.toUpperCase() ?? null;
}
