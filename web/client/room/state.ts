/**
 * Everything the room shows, as one value, and `reduce`: the only way it changes.
 *
 * The server's `RoomView` is the truth about the reception; beside it stand this browser's own line, devices and
 * what the reader has opened. Times are ms since 1970: `room.began_ms` by the server's clock, the rest by ours;
 * `aheadMs` is the difference.
 */

import type { Params } from "../i18n";
import type { Fault } from "./devices";
import type { Quality } from "./quality";
import { forgotten, heard, NO_CHAT, read, sent, type Audience, type Chat } from "./chat-state";
import { heardOf, withheldFrom, writtenBy, type Notice } from "./notices";
import { chairConnected, ownSeat, shownTab } from "./view";
import type {
  Ended,
  Messages,
  RoomView,
  WaitingView,
  WaitingWelcome,
  Welcome,
  WithheldTrack,
} from "../wire/signaling";

/** `taken`: another device has my seat, and I am asked whether to go on here. */
export type Phase = "before" | "entering" | "taken" | "waiting" | "inside" | "over";
export type Direction = "uplink" | "downlink";
export type Transport = "new" | "connected" | "lost";
export type Layout = "speaker" | "grid" | "pair";
export type Tab = "people" | "agenda" | "chat";
export type Dialog =
  "start" | "close" | "interrupt" | "keys" | "leave" | "more" | "take_chair" | "return_chair";
export type Gadget = "camera" | "microphone";

/** One of our own devices. `ready`: it delivers; `off`: switched off by its owner; else why there is none. */
export type Device = "asking" | "ready" | "off" | Fault;

/** Something that was refused or broke, by code, until it is put away. */
export interface Trouble {
  code: string;
  params: Params;
}

export interface RoomState {
  readonly phase: Phase;
  readonly room: RoomView | null;
  /** What I see while I wait to be let in; null otherwise. */
  readonly waiting: WaitingView | null;
  readonly aheadMs: number;
  readonly nowMs: number;
  /** Since when the socket is gone; null while it is there. */
  readonly lostMs: number | null;
  readonly uplink: Transport;
  readonly downlink: Transport;
  readonly quality: Quality | null;
  readonly speakers: readonly string[];
  /** Pictures that the node does not send here, because this browser does not decode them. */
  readonly withheld: readonly WithheldTrack[];
  readonly devices: Readonly<Record<Gadget, Device>>;
  readonly sharing: boolean;
  readonly layout: Layout;
  /** Of the tiles that do not fit at once, from 0. */
  readonly page: number;
  readonly panel: boolean;
  readonly tab: Tab;
  readonly chat: Chat;
  readonly fullScreen: boolean;
  readonly dialog: Dialog | null;
  /** The floor was just given to me and I have not answered yet. */
  readonly invited: boolean;
  /** I closed my microphone myself; the view that shows it is no news to me. */
  readonly askedQuiet: boolean;
  /** The browser holds back sound until the reader touches the page. */
  readonly soundHeldBack: boolean;
  readonly notices: readonly Notice[];
  /** The server has a newer page than this one. */
  readonly stale: boolean;
  readonly trouble: Trouble | null;
  readonly ending: Ended | null;
  /** Grows whenever a picture or sound came or went, so that tiles look again. */
  readonly media: number;
}

export type Input =
  | { type: "entering" }
  | { type: "welcome"; welcome: Welcome }
  | { type: "room"; room: RoomView }
  | { type: "waiting_welcome"; welcome: WaitingWelcome }
  | { type: "waiting"; waiting: WaitingView }
  | { type: "taken" }
  | { type: "speakers"; participants: readonly string[] }
  | { type: "withheld"; tracks: readonly WithheldTrack[] }
  | { type: "socket_lost" }
  | { type: "transport"; direction: Direction; state: Transport }
  | { type: "quality"; quality: Quality }
  | { type: "device"; gadget: Gadget; device: Device }
  | { type: "sharing"; on: boolean }
  | { type: "media" }
  | { type: "sound_held_back"; held: boolean }
  | { type: "layout"; layout: Layout }
  | { type: "page"; page: number }
  | { type: "panel" }
  | { type: "tab"; tab: Tab }
  | { type: "messages"; messages: Messages }
  | { type: "draft"; text: string }
  | { type: "audience"; audience: Audience }
  | { type: "sent"; text: string }
  | { type: "full_screen"; on: boolean }
  | { type: "dialog"; dialog: Dialog | null }
  | { type: "invitation_answered" }
  | { type: "asked_quiet" }
  | { type: "stale" }
  | { type: "trouble"; trouble: Trouble | null }
  | { type: "ended"; ending: Ended }
  | { type: "back_before" }
  | { type: "tick" };

/** Notices older than this are no longer kept; a screen reader has long had them. */
const NOTICE_MS = 8000;

export function firstState(now: number, panel: boolean, layout: Layout = "speaker"): RoomState {
  return {
    phase: "before",
    room: null,
    waiting: null,
    aheadMs: 0,
    nowMs: now,
    lostMs: null,
    uplink: "new",
    downlink: "new",
    quality: null,
    speakers: [],
    withheld: [],
    devices: { camera: "asking", microphone: "asking" },
    sharing: false,
    layout,
    page: 0,
    panel,
    tab: "people",
    chat: NO_CHAT,
    fullScreen: false,
    dialog: null,
    invited: false,
    askedQuiet: false,
    soundHeldBack: false,
    stale: false,
    notices: [],
    trouble: null,
    ending: null,
    media: 0,
  };
}

type Rules = {
  [Type in Input["type"]]: (
    state: RoomState,
    input: Extract<Input, { type: Type }>,
    now: number,
  ) => RoomState;
};

const RULES: Rules = {
  stale: (state) => ({ ...state, stale: true }),
  entering: (state) => ({ ...state, phase: "entering", trouble: null, ending: null }),
  welcome: (state, input, now) => ({
    ...seen(state, input.welcome.room, now, true),
    chat: forgotten(state.chat),
    phase: "inside",
    withheld: [],
    waiting: null,
    lostMs: null,
    ending: null,
    trouble: state.trouble?.code === "line_down" ? null : state.trouble,
  }),
  // Between being let in and being welcomed a view may come that is not for who waits.
  room: (state, input, now) =>
    state.phase === "waiting" ? state : seen(state, input.room, now, false),
  waiting_welcome: (state, input, now) => ({
    ...waits({ ...left(state), room: null }, input.welcome.waiting, now),
    phase: "waiting",
    ending: null,
    trouble: state.trouble?.code === "line_down" ? null : state.trouble,
  }),
  waiting: (state, input, now) =>
    state.waiting === null || input.waiting.revision < state.waiting.revision
      ? state
      : waits(state, input.waiting, now),
  taken: (state) => ({ ...left(state), phase: "taken" }),
  speakers: (state, input) => ({ ...state, speakers: input.participants }),
  withheld: (state, input, now) => ({
    ...state,
    withheld: input.tracks,
    notices: [
      ...state.notices,
      ...withheldFrom(state.withheld, input.tracks, state.room, now),
    ].slice(-6),
  }),
  socket_lost: (state, _, now) =>
    (state.phase === "inside" || state.phase === "waiting") && state.lostMs === null
      ? { ...state, lostMs: now, nowMs: now, dialog: null, speakers: [] }
      : state,
  transport: (state, input) => ({ ...state, [input.direction]: input.state }),
  quality: (state, input) => ({ ...state, quality: input.quality }),
  device: (state, input) => ({
    ...state,
    devices: { ...state.devices, [input.gadget]: input.device },
    media: state.media + 1,
  }),
  sharing: (state, input) => ({ ...state, sharing: input.on, media: state.media + 1 }),
  media: (state) => ({ ...state, media: state.media + 1 }),
  sound_held_back: (state, input) =>
    state.soundHeldBack === input.held ? state : { ...state, soundHeldBack: input.held },
  layout: (state, input) => ({ ...state, layout: input.layout, page: 0 }),
  page: (state, input) => ({ ...state, page: Math.max(0, input.page) }),
  panel: (state) => ({ ...state, panel: !state.panel }),
  tab: (state, input) => ({ ...state, panel: true, tab: input.tab }),
  messages: (state, input, now) => written(state, input.messages, now),
  draft: (state, input) => ({ ...state, chat: { ...state.chat, draft: input.text } }),
  audience: (state, input) => ({ ...state, chat: { ...state.chat, audience: input.audience } }),
  sent: (state, input) => ({ ...state, chat: sent(state.chat, input.text) }),
  full_screen: (state, input) => ({ ...state, fullScreen: input.on }),
  dialog: (state, input) => ({ ...state, dialog: input.dialog }),
  invitation_answered: (state) => ({ ...state, invited: false }),
  asked_quiet: (state) => ({ ...state, askedQuiet: true }),
  trouble: (state, input) => ({ ...state, trouble: input.trouble }),
  ended: (state, input) => ({
    ...left(state),
    waiting: null,
    phase: "over",
    ending: input.ending,
  }),
  back_before: (state) => ({ ...left(state), waiting: null, phase: "before" }),
  tick: (state, _, now) => ({
    ...state,
    nowMs: now,
    notices: state.notices.filter((notice) => now - notice.atMs < NOTICE_MS),
  }),
};

/** The state after `input` at `now`. Pure. */
export function reduce(state: RoomState, input: Input, now: number): RoomState {
  const rule = RULES[input.type] as (state: RoomState, input: Input, now: number) => RoomState;
  return looked(rule(state, input, now));
}

/** What was written is on the screen, so it is read. */
function looked(state: RoomState): RoomState {
  const shown = state.phase === "inside" && state.panel && shownTab(state) === "chat";
  const chat = shown ? read(state.chat) : state.chat;
  return chat === state.chat ? state : { ...state, chat };
}

/** New messages; what is new and not on the screen is said aloud, what was written before I came is not. */
function written(state: RoomState, more: Messages, now: number): RoomState {
  const known = new Set(state.chat.messages.map((one) => one.number));
  const seat = ownSeat(state);
  const onScreen = state.panel && shownTab(state) === "chat";
  const news = more.messages.filter((one) => !known.has(one.number) && one.seat !== seat);
  const said = more.earlier || onScreen ? [] : news.map((one) => writtenBy(one, now));
  return {
    ...state,
    chat: heard(state.chat, more.messages),
    notices: [...state.notices, ...said].slice(-6),
  };
}

function left(state: RoomState): RoomState {
  return {
    ...state,
    lostMs: null,
    uplink: "new",
    downlink: "new",
    quality: null,
    speakers: [],
    withheld: [],
    sharing: false,
    dialog: null,
    invited: false,
    notices: [],
    media: state.media + 1,
  };
}

function waits(state: RoomState, waiting: WaitingView, now: number): RoomState {
  return { ...state, waiting, nowMs: now, aheadMs: waiting.now_ms - now };
}

/** A new view of the room. An older one that arrives late is dropped — unless the line was new and counts afresh. */
function seen(state: RoomState, room: RoomView, now: number, fresh: boolean): RoomState {
  const before = state.room;
  if (!fresh && before !== null && room.revision < before.revision) return state;
  return {
    ...state,
    room,
    nowMs: now,
    aheadMs: room.now_ms - now,
    invited: stillInvited(state.invited, before, room),
    speakers: state.speakers.filter((id) => room.participants.some((one) => one.id === id)),
    askedQuiet: state.askedQuiet && myMicrophone(room),
    notices: [...state.notices, ...heardOf(before, room, now, state.askedQuiet)].slice(-6),
    dialog: outlives(state.dialog, before, room) ? state.dialog : null,
  };
}

/** A question about what is no more is taken away. */
function outlives(dialog: Dialog | null, before: RoomView | null, room: RoomView): boolean {
  if (before !== null && before.state !== room.state) return false;
  if (dialog === "take_chair") return !chairConnected(room);
  return dialog !== "return_chair" || room.may.includes("return_chair");
}

function myMicrophone(room: RoomView): boolean {
  return room.participants.some((one) => one.id === room.you && one.microphone_open);
}

function stillInvited(invited: boolean, before: RoomView | null, room: RoomView): boolean {
  const me = room.participants.find((one) => one.id === room.you);
  if (me === undefined || !me.floor || me.microphone_open || me.role === "chair") return false;
  const earlier = before?.participants.find((one) => one.id === room.you);
  return invited || (earlier !== undefined && !earlier.floor && room.state === "live");
}
