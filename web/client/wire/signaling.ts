/* Generated from signaling/wire.py by `make wire`; edit that module, never this file. */

export type SignalingWire =
  | JoinAuth
  | ResumeAuth
  | UplinkRequest
  | DownlinkReply
  | WantsRequest
  | RestartRequest
  | LineReport
  | CommandRequest
  | Refused
  | UplinkReply
  | Done
  | Offer
  | Withheld
  | Unwanted
  | Speakers
  | Alarm
  | RoomView
  | Messages
  | Welcome
  | WaitingView
  | WaitingWelcome
  | Ended
  | Renegotiate;
/**
 * Where a participant's track comes from. One track per source and participant.
 */
export type Source = "camera" | "microphone" | "screen";
/**
 * Codecs the node forwards and the recorder muxes (names as in SDP, lower case).
 */
export type Codec = "av1" | "h264" | "opus" | "vp8" | "vp9";

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
 * Event ``wants``, at each change: the pictures on the screen now; the others are not sent here until they are
 * named again. Before the first: everything is sent. Answered with Done; of several on their way the last counts.
 */
export interface WantsRequest {
  shown: ShownSource[];
}
/**
 * Whose picture, and which.
 */
export interface ShownSource {
  participant: string;
  source: Source;
}
/**
 * Event ``restart_downlink``, with or without a body: the browser wants a new offer; answered with Done. ``keep``:
 * its connection is still there, only the network under it is another (ICE restart).
 */
export interface RestartRequest {
  keep?: boolean;
}
/**
 * Event ``line``, at each change: how good the browser finds its own line; answered with Done.
 */
export interface LineReport {
  quality: "bad" | "good" | "poor";
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
    | RecallCase
    | AdmitSeat
    | SendBack
    | DismissSeat
    | MessageWaiting
    | SetMicrophone
    | SetCamera
    | SetScreen
    | SetHand
    | GiveFloor
    | TakeFloor
    | MuteParticipant
    | MuteAll
    | SendToAll
    | SendToOfficials
    | TakeChair
    | ReturnChair
    | AnswerHelp
    | EndHelp;
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
/**
 * Where the office lets people in, it brings the case's people too: those of the case before leave, those of the
 * next who wait come in.
 */
export interface CallNextCase {
  type: "CallNextCase";
}
/**
 * Takes :class:`CallNextCase` back: the case before again, with its people as far as they wait.
 */
export interface RecallCase {
  type: "RecallCase";
}
/**
 * From the waiting area into the room.
 */
export interface AdmitSeat {
  type: "AdmitSeat";
  seat: string;
}
/**
 * From the room to the waiting area; its media ends both ways.
 */
export interface SendBack {
  type: "SendBack";
  seat: string;
}
/**
 * Sent away from this reception, for good.
 */
export interface DismissSeat {
  type: "DismissSeat";
  seat: string;
  reason: string;
}
/**
 * A few words to who waits; newer ones replace them.
 */
export interface MessageWaiting {
  type: "MessageWaiting";
  seat: string;
  text: string;
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
 * Written for everybody in the room.
 */
export interface SendToAll {
  type: "SendToAll";
  text: string;
}
/**
 * Written for the officials' side alone.
 */
export interface SendToOfficials {
  type: "SendToOfficials";
  text: string;
}
/**
 * A deputy conducts from now on, because nobody who holds the chair is there.
 */
export interface TakeChair {
  type: "TakeChair";
}
/**
 * The deputy gives the chair back to whom the reception appointed.
 */
export interface ReturnChair {
  type: "ReturnChair";
}
export interface AnswerHelp {
  type: "AnswerHelp";
  seat: string;
  accepted: boolean;
}
/**
 * Withdraws the consent: the helper is out at once.
 */
export interface EndHelp {
  type: "EndHelp";
  seat: string;
}
/**
 * Why not. As acknowledgement, as ``data`` of a refused connection, or as event ``refused`` before a disconnect.
 */
export interface Refused {
  code: string;
  params: {
    [k: string]: string | number;
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
 * Event ``withheld``: pictures that are not sent here because this browser does not decode them, whole at each
 * change and after a Welcome when there are any. ``code``: cannot_decode.
 */
export interface Withheld {
  code: string;
  tracks: WithheldTrack[];
}
/**
 * A track that is not sent to somebody, because their browser does not decode ``codec``.
 */
export interface WithheldTrack {
  participant: string;
  source: Source;
  codec: Codec;
}
/**
 * Event ``unwanted``: which of your own pictures nobody sees now, whole at each change and after a Welcome when
 * there are any. Stop sending those (the devices stay on); send again what is no longer named.
 */
export interface Unwanted {
  sources: Source[];
}
/**
 * Event ``speakers``: who is speaking now, who leads first.
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
    [k: string]: string | number;
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
  case_began_ms: number | null;
  cases: CaseView[];
  participants: ParticipantView[];
  expected: string[];
  helps: HelpView[];
  waiting: WaitingSeat[];
  absent: string[];
  you: string;
  may: string[];
  held: boolean;
}
/**
 * One case of the agenda. ``title``: empty for the citizens' side while it is neither theirs nor being received.
 */
export interface CaseView {
  number: number;
  title: string;
}
/**
 * One tile. ``role``: what they count as now, ``appointed``: what the reception made them (another one only while a
 * deputy has the chair). ``state``: connected | away. ``quality``: good | poor | bad, the worse of what their browser
 * says and the node measures, or unknown.
 */
export interface ParticipantView {
  id: string;
  seat: string;
  name: string;
  role: string;
  appointed: string;
  point: string;
  level: string;
  state: string;
  microphone_open: boolean;
  camera_on: boolean;
  screen_shared: boolean;
  hand_raised: boolean;
  floor: boolean;
  quality: string;
  tracks: {
    [k: string]: string;
  };
}
/**
 * An operator's help. ``state``: offered (answer with AnswerHelp) | accepted (EndHelp withdraws it).
 */
export interface HelpView {
  seat: string;
  name: string;
  point: string;
  state: string;
}
/**
 * Who waits, as who may let them in sees it. ``state``: connected | away. ``camera``, ``microphone`` None: not
 * checked; ``moved``: opened on a second device while the first was there; ``message``: the office's last.
 */
export interface WaitingSeat {
  seat: string;
  name: string;
  role: string;
  point: string;
  case_number: number | null;
  since_ms: number;
  state: string;
  camera: boolean | null;
  microphone: boolean | null;
  moved: boolean;
  message: string;
}
/**
 * Event ``messages``: what was written and this participant may read, in order. ``earlier``: after a Welcome, what
 * was written before it, in pieces; what a client knew from before that Welcome is told again.
 */
export interface Messages {
  messages: MessageView[];
  earlier: boolean;
}
/**
 * Something written in the room. ``number`` grows within the reception; ``audience``: all | officials.
 */
export interface MessageView {
  number: number;
  at_ms: number;
  seat: string;
  name: string;
  role: string;
  audience: string;
  text: string;
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
 * Event ``waiting``: everything that somebody sees who waits to be let in, whole at each change, and nothing of
 * anybody else. ``number``: of their case, ``before``: how many cases are still before it; None when they have none.
 * ``message``: the office's last words to them, empty when there were none. ``staff``: None for the citizens' side.
 */
export interface WaitingView {
  revision: number;
  now_ms: number;
  title: string;
  office: string;
  name: string;
  role: string;
  since_ms: number;
  begun: boolean;
  number: number | null;
  before: number | null;
  message: string;
  staff: StaffSide | null;
}
/**
 * What an agency that waits is told of the reception: nothing of any citizen.
 */
export interface StaffSide {
  state: string;
  case_number: number;
  cases: number;
}
/**
 * Event ``waiting_welcome``, instead of ``welcome`` for who has to wait; also when one is sent back. ``welcome``
 * follows on the same connection when one is let in.
 */
export interface WaitingWelcome {
  participant: string;
  secret: string;
  waiting: WaitingView;
}
/**
 * Event ``ended``, last before the server disconnects. ``how``: closed | cancelled | left | replaced | expired |
 * help_ended (the consent to an operator's help) | signed_out | password_reset | account_closed | uninvited |
 * dismissed | case_over. ``reason``: of a closing, a cancelling or a dismissal; for replaced the other device.
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
