/**
 * What a change of the room is worth saying aloud: joins, leaves, mutes, the floor, the recording — once each.
 *
 * Notices are kept as kind and parameters; `words.ts` words them. Pure.
 */

import type { MessageView, ParticipantView, RoomView, WithheldTrack } from "../wire/signaling";

export type NoticeKind =
  | "joined"
  | "left"
  | "waits"
  | "away"
  | "returned"
  | "hand"
  | "screen"
  | "screen_ended"
  | "floor_given"
  | "floor_taken"
  | "muted_by_chair"
  | "live"
  | "interrupted"
  | "resumed"
  | "not_recording"
  | "recording_again"
  | "case"
  | "chair_gone"
  | "chair_taken"
  | "chair_mine"
  | "chair_returned"
  | "cannot_decode"
  | "message";

export interface Notice {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly params: Readonly<Record<string, string>>;
  readonly atMs: number;
}

type Said = Pick<Notice, "kind" | "params">;

/**
 * The notices between two views; none for the first view, in which everything would be news.
 * `askedQuiet`: I closed my own microphone, so nobody else did.
 */
export function heardOf(
  before: RoomView | null,
  after: RoomView,
  now: number,
  askedQuiet = false,
): Notice[] {
  if (before === null || before.revision === after.revision) return [];
  const said = [
    ...ofReception(before, after),
    ...ofRecording(before, after),
    ...ofChair(before, after),
    ...ofPeople(before, after),
    ...ofWaiting(before, after),
  ].filter((one) => !(askedQuiet && one.kind === "muted_by_chair"));
  return said.map((one, index) => ({ ...one, atMs: now, id: `${after.revision}.${index}` }));
}

function ofReception(before: RoomView, after: RoomView): Said[] {
  const said: Said[] = [];
  if (before.state !== after.state) {
    if (after.state === "interrupted") said.push({ kind: "interrupted", params: {} });
    else if (after.state === "live")
      said.push({ kind: before.state === "interrupted" ? "resumed" : "live", params: {} });
  }
  const current = after.cases.find((one) => one.number === after.case_number);
  if (before.case_number !== after.case_number && current !== undefined)
    said.push({ kind: "case", params: { number: String(current.number), title: current.title } });
  return said;
}

function ofRecording(before: RoomView, after: RoomView): Said[] {
  if (before.recording === after.recording) return [];
  if (after.recording === "not_recording") return [{ kind: "not_recording", params: {} }];
  if (before.recording === "not_recording" && after.recording === "writing")
    return [{ kind: "recording_again", params: {} }];
  return [];
}

/** Who conducts: that nobody does is told to who may step in, a change to everybody. */
function ofChair(before: RoomView, after: RoomView): Said[] {
  const earlier = holder(before);
  const present = holder(after);
  if (present !== undefined && earlier?.seat !== present.seat)
    return ofNewChair(present, earlier, after.you);
  const gone = earlier?.state === "connected" && present?.state !== "connected";
  return gone && after.may.includes("take_chair") ? [{ kind: "chair_gone", params: {} }] : [];
}

/** An appointed chair who only comes in is told as everybody who does. */
function ofNewChair(
  present: ParticipantView,
  earlier: ParticipantView | undefined,
  you: string,
): Said[] {
  const deputy = present.appointed !== "chair";
  const returned = earlier !== undefined && earlier.appointed !== "chair";
  if (!deputy && !returned) return [];
  if (present.id === you) return [{ kind: "chair_mine", params: {} }];
  return [{ kind: deputy ? "chair_taken" : "chair_returned", params: { name: present.name } }];
}

function holder(room: RoomView): ParticipantView | undefined {
  return room.participants.find((one) => one.role === "chair");
}

/** Somebody wrote, while what is written is not on the screen. */
export function writtenBy(message: MessageView, now: number): Notice {
  return {
    id: `message.${message.number}`,
    kind: "message",
    params: { name: message.name, audience: message.audience },
    atMs: now,
  };
}

/** Pictures that this browser cannot show, when they are new; of who is in the room. */
export function withheldFrom(
  before: readonly WithheldTrack[],
  after: readonly WithheldTrack[],
  room: RoomView | null,
  now: number,
): Notice[] {
  const known = new Set(before.map(({ participant, source }) => `${participant}/${source}`));
  return after.flatMap(({ participant, source, codec }) => {
    const id = `${participant}/${source}`;
    const name = room?.participants.find((one) => one.id === participant)?.name;
    if (known.has(id) || name === undefined) return [];
    const params = { name, codec: codec.toUpperCase() };
    return [{ id: `withheld.${id}.${now}`, kind: "cannot_decode", params, atMs: now }];
  });
}

function ofPeople(before: RoomView, after: RoomView): Said[] {
  const earlier = new Map(before.participants.map((one) => [one.id, one]));
  const present = new Set(after.participants.map((one) => one.seat));
  const gone = before.participants.filter((one) => !present.has(one.seat));
  return [
    ...gone.map((one): Said => ({ kind: "left", params: { name: one.name } })),
    ...after.participants.flatMap((one) => ofPerson(earlier.get(one.id), one, before, after.you)),
  ];
}

/** Told to who may let them in, who alone sees them. */
function ofWaiting(before: RoomView, after: RoomView): Said[] {
  const known = new Set(before.waiting.map((one) => one.seat));
  return after.waiting
    .filter((one) => !known.has(one.seat))
    .map((one) => ({ kind: "waits", params: { name: one.name } }));
}

function ofPerson(
  before: ParticipantView | undefined,
  after: ParticipantView,
  room: RoomView,
  you: string,
): Said[] {
  if (before === undefined) {
    const again = room.participants.some((one) => one.seat === after.seat);
    return again || after.id === you ? [] : [{ kind: "joined", params: { name: after.name } }];
  }
  return after.id === you ? ofMe(before, after) : ofOther(before, after);
}

function ofMe(before: ParticipantView, after: ParticipantView): Said[] {
  if (before.role !== after.role) return []; // the floor went with the chair, which is said already
  const said: Said[] = [];
  if (!before.floor && after.floor) said.push({ kind: "floor_given", params: {} });
  if (before.floor && !after.floor) said.push({ kind: "floor_taken", params: {} });
  else if (before.microphone_open && !after.microphone_open && after.state === "connected")
    said.push({ kind: "muted_by_chair", params: {} });
  return said;
}

function ofOther(before: ParticipantView, after: ParticipantView): Said[] {
  const params = { name: after.name };
  const kinds: [boolean, NoticeKind][] = [
    [before.state !== "away" && after.state === "away", "away"],
    [before.state === "away" && after.state !== "away", "returned"],
    [!before.hand_raised && after.hand_raised, "hand"],
    [!before.screen_shared && after.screen_shared, "screen"],
    [before.screen_shared && !after.screen_shared, "screen_ended"],
  ];
  return kinds.filter(([holds]) => holds).map(([, kind]) => ({ kind, params }));
}
