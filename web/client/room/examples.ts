/** A room to show components with: in their examples and their tests. */

import type { Acts } from "./acts";
import { firstState, type RoomState } from "./state";
import type {
  MessageView,
  ParticipantView,
  RoomView,
  WaitingSeat,
  WaitingView,
} from "../wire/signaling";
import type { RoomConfig } from "../wire/web";

export const NOW = 1_795_000_000_000;

/** A participant; `id` also names the seat. */
export function person(
  id: string,
  role: string,
  change: Partial<ParticipantView> = {},
): ParticipantView {
  return {
    id,
    seat: `seat-${id}`,
    name: `Người ${id}`,
    role,
    point: `Điểm cầu ${id}`,
    level: "commune",
    state: "connected",
    microphone_open: false,
    camera_on: true,
    screen_shared: false,
    hand_raised: false,
    floor: role === "chair",
    appointed: role,
    quality: "good",
    tracks: {},
    ...change,
  };
}

export const PEOPLE = [
  person("chair", "chair"),
  person("agency", "agency"),
  person("citizen", "citizen"),
];

const CONDUCTS = [
  "start",
  "interrupt",
  "resume",
  "close",
  "call_next",
  "admit",
  "give_floor",
  "mute_others",
  "return_chair",
  "answer_help",
];
const EVERYBODY = [
  "set_own_microphone",
  "set_own_camera",
  "share_screen",
  "raise_hand",
  "write_to_all",
];
const DEPUTIES = new Set(["secretary", "advisor"]);
const OFFICIALS = new Set(["chair", "secretary", "advisor", "agency", "operator"]);

/** What a seat of this role may do. */
export function rightsOf(role: string): string[] {
  const chair = role === "chair" ? CONDUCTS : [];
  const deputy = DEPUTIES.has(role) ? ["take_chair"] : [];
  const official = OFFICIALS.has(role) ? ["officials_line"] : [];
  return [...chair, ...deputy, ...official, ...EVERYBODY];
}

/** Something written; by the agency for all unless said otherwise. */
export function message(number: number, change: Partial<MessageView> = {}): MessageView {
  return {
    number,
    at_ms: NOW,
    seat: "seat-agency",
    name: "Người agency",
    role: "agency",
    audience: "all",
    text: `Lời số ${number}`,
    ...change,
  };
}

/** A view of a live reception as `you` sees it. */
export function view(you: string, change: Partial<RoomView> = {}): RoomView {
  return {
    revision: 1,
    now_ms: NOW,
    reception: "reception",
    title: "Buổi tiếp công dân",
    office: "Ban Tiếp công dân tỉnh",
    state: "live",
    began_ms: NOW - 61_000,
    interrupted_ms: null,
    interrupted_by: null,
    recording: "writing",
    alarms: [],
    case_number: 1,
    case_began_ms: NOW - 31_000,
    cases: [
      { number: 1, title: "Kiến nghị về đường vào xã" },
      { number: 2, title: "Khiếu nại về đất" },
    ],
    participants: PEOPLE,
    expected: [],
    helps: [],
    waiting: [],
    absent: [],
    you,
    may: rightsOf(you),
    held: false,
    ...change,
  };
}

/** Somebody in the waiting area, as who lets people in sees it. */
export function waitingSeat(id: string, change: Partial<WaitingSeat> = {}): WaitingSeat {
  return {
    seat: `seat-${id}`,
    name: `Người ${id}`,
    role: "citizen",
    point: `Điểm cầu ${id}`,
    case_number: 2,
    since_ms: NOW - 125_000,
    state: "connected",
    camera: true,
    microphone: true,
    moved: false,
    message: "",
    ...change,
  };
}

/** What a citizen sees who waits. */
export function waitingView(change: Partial<WaitingView> = {}): WaitingView {
  return {
    revision: 1,
    now_ms: NOW,
    title: "Buổi tiếp công dân",
    office: "Ban Tiếp công dân tỉnh",
    name: "Nguyễn Văn A",
    role: "citizen",
    since_ms: NOW - 125_000,
    begun: true,
    number: 2,
    before: 1,
    message: "",
    staff: null,
    ...change,
  };
}

/** Inside the room, devices ready. */
export function inside(room: RoomView, change: Partial<RoomState> = {}): RoomState {
  return {
    ...firstState(NOW, true),
    phase: "inside",
    room,
    uplink: "connected",
    downlink: "connected",
    quality: "good",
    devices: { camera: "ready", microphone: "ready" },
    ...change,
  };
}

/** Acts that only write down their names and arguments. */
export function writtenActs(): Acts & { readonly done: string[] } {
  const done: string[] = [];
  const answers: Readonly<Record<string, unknown>> = {
    choices: Promise.resolve([]),
    shown: undefined,
    stream: null,
    microphone: null,
    sounds: [],
  };
  return new Proxy({ done } as Acts & { done: string[] }, {
    get: (target, name) => {
      if (typeof name === "symbol" || name === "done") return target.done;
      if (name.startsWith("_$")) return undefined; // Lit asks of every value whether it is its own
      return (...given: unknown[]): unknown => {
        const words = given.filter((one) => typeof one !== "object");
        if (!(name in answers)) done.push([name, ...words].join(" "));
        return answers[name];
      };
    },
  });
}

export const CONFIG: RoomConfig = {
  page: { lang: "vi", dir: "ltr", zone: "Asia/Ho_Chi_Minh", catalogue: "", csrf: "", build: "" },
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
  waits: false,
};
