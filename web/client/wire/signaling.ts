/* Generated from signaling/wire.py by `make wire`; edit that module, never this file. */

export type SignalingWire =
  | JoinAuth
  | ResumeAuth
  | UplinkRequest
  | DownlinkReply
  | CommandRequest
  | Refused
  | UplinkReply
  | Done
  | Offer
  | Speakers
  | Alarm
  | RoomView
  | Welcome
  | Ended
  | Renegotiate;
/**
 * Where a participant's track comes from. One track per source and participant.
 */
export type Source = "camera" | "microphone" | "screen";

/**
 * First connection: the token the page was given.
 */
export interface JoinAuth {
  token: string;
}
/**
 * Connection again within 30 s of losing the line: who one was and the secret of the last Welcome.
 */
export interface ResumeAuth {
  participant: string;
  secret: string;
}
/**
 * Event ``uplink``; answered with UplinkReply. ``sources`` names the source of each m-line that sends.
 */
export interface UplinkRequest {
  sdp: string;
  sources: {
    [k: string]: Source;
  };
}
/**
 * Event ``downlink``: the answer to Offer number ``offer``; answered with Done.
 */
export interface DownlinkReply {
  offer: number;
  sdp: string;
}
/**
 * Event ``command``; answered with Done once it is decided and stored.
 */
export interface CommandRequest {
  command:
    | StartReception
    | InterruptReception
    | ResumeReception
    | CloseReception
    | CallNextCase
    | SetMicrophone
    | SetCamera
    | SetScreen
    | SetHand
    | GiveFloor
    | TakeFloor
    | MuteParticipant
    | MuteAll;
}
/**
 * ``override``: the chair's reason to start without proved readiness; until readiness exists always asked.
 * ``without_centre``: the central point sends nothing, the recorder proves itself on another point instead.
 */
export interface StartReception {
  type: "StartReception";
  override?: string | null;
  without_centre?: boolean;
}
export interface InterruptReception {
  type: "InterruptReception";
  reason?: string;
}
export interface ResumeReception {
  type: "ResumeReception";
}
export interface CloseReception {
  type: "CloseReception";
  reason?: string;
}
export interface CallNextCase {
  type: "CallNextCase";
}
/**
 * One's own.
 */
export interface SetMicrophone {
  type: "SetMicrophone";
  open: boolean;
}
export interface SetCamera {
  type: "SetCamera";
  on: boolean;
}
export interface SetScreen {
  type: "SetScreen";
  shared: boolean;
}
export interface SetHand {
  type: "SetHand";
  raised: boolean;
}
export interface GiveFloor {
  type: "GiveFloor";
  participant: string;
}
/**
 * Takes the permission back and closes the microphone at once.
 */
export interface TakeFloor {
  type: "TakeFloor";
  participant: string;
}
/**
 * Closes the microphone; the permission stays.
 */
export interface MuteParticipant {
  type: "MuteParticipant";
  participant: string;
}
/**
 * Everybody but who asks.
 */
export interface MuteAll {
  type: "MuteAll";
}
/**
 * Why not. As acknowledgement, as ``data`` of a refused connection, or as event ``refused`` before a disconnect.
 */
export interface Refused {
  code: string;
  params: {
    [k: string]: string;
  };
}
/**
 * The node's answer to an uplink offer.
 */
export interface UplinkReply {
  sdp: string;
}
/**
 * It is done; ``revision`` of the room after it.
 */
export interface Done {
  revision: number;
}
/**
 * Event ``offer``: the node's downlink offer; answer with ``downlink``. A newer number replaces an older.
 */
export interface Offer {
  offer: number;
  sdp: string;
  tracks: DownlinkTrack[];
}
/**
 * One m-line of a downlink offer in use; m-lines not listed are inactive.
 */
export interface DownlinkTrack {
  mid: string;
  track: string;
  participant: string;
  source: Source;
}
/**
 * Event ``speakers``: who is speaking now.
 */
export interface Speakers {
  participants: string[];
}
/**
 * What whoever conducts or operates should know before it hurts. ``code``: recorder_away | store_away (both before
 * START) | disk_low | disk_short | database_away | decisions_not_kept; ``params`` fill the sentence, which the client
 * words.
 */
export interface Alarm {
  code: string;
  params: {
    [k: string]: string;
  };
}
/**
 * Event ``room``: everything this participant sees of the room, whole at each change; ``revision`` only grows.
 *
 * ``state`` as in the reception's table. ``recording``: not_yet | writing | degraded | not_recording | paused | ended
 * (``degraded`` only to officials). Times are ms since 1970 UTC by the server's clock; ``now_ms`` is that clock.
 */
export interface RoomView {
  revision: number;
  now_ms: number;
  reception: string;
  title: string;
  office: string;
  state: string;
  began_ms: number | null;
  interrupted_ms: number | null;
  interrupted_by: string | null;
  recording: string;
  alarms: Alarm[];
  case_number: number;
  cases: CaseView[];
  participants: ParticipantView[];
  expected: string[];
  you: string;
  may: string[];
  held: boolean;
}
/**
 * One case of the agenda.
 */
export interface CaseView {
  number: number;
  title: string;
}
/**
 * One tile. ``state``: connected | away.
 */
export interface ParticipantView {
  id: string;
  seat: string;
  name: string;
  role: string;
  point: string;
  level: string;
  state: string;
  microphone_open: boolean;
  camera_on: boolean;
  screen_shared: boolean;
  hand_raised: boolean;
  floor: boolean;
  tracks: {
    [k: string]: string;
  };
}
/**
 * Event ``welcome``, first after connecting. ``secret`` lets you resume for 30 s after the line breaks.
 */
export interface Welcome {
  participant: string;
  secret: string;
  room: RoomView;
}
/**
 * Event ``ended``, last before the server disconnects. ``how``: closed | cancelled | left | replaced | expired.
 */
export interface Ended {
  how: string;
  reason: string;
}
/**
 * Event ``renegotiate``: the media node lost every connection of the room. Drop both, send a new ``uplink`` offer;
 * a new ``offer`` follows. ``reason``: node_restarted.
 */
export interface Renegotiate {
  reason: string;
}
