/* Generated from web/wire.py by `make wire`; edit that module, never this file. */

export type WebWire =
  | Catalogue
  | RoomConfig
  | JoinRequest
  | JoinReply
  | DevicesFound
  | DevicesConfig
  | PlayerConfig
  | OfflineWords
  | PlaybackRequest
  | VerificationReply
  | VerificationView
  | ReceptionRequest
  | ChangeRequest
  | ReasonRequest
  | ReceptionView
  | InvitationView
  | PublicReception
  | BuildView
  | RecordingsPage
  | WebProblem
  | Manifest
  | LineTestStart
  | LineProbeRequest
  | LineProbeReply
  | LineTestReport
  | LineTestKept;
/**
 * What somebody is in a reception (seat) or in the office (account).
 */
export type Role =
  | "administrator"
  | "advisor"
  | "agency"
  | "archivist"
  | "chair"
  | "citizen"
  | "interpreter"
  | "lawyer"
  | "observer"
  | "operator"
  | "representative"
  | "secretary";
/**
 * Regular (by staff), periodic (by the head, on a published day), ad hoc.
 */
export type ReceptionKind = "ad_hoc" | "periodic" | "regular";
/**
 * Who lets people in: the join itself, or the chair or secretary from the waiting area.
 */
export type AdmitRule = "by_office" | "on_join";
/**
 * Regular (by staff), periodic (by the head, on a published day), ad hoc.
 */
export type ReceptionKind1 = "ad_hoc" | "periodic" | "regular";
/**
 * What is known of a recording's wholeness, as the list shows and filters it.
 */
export type ProofState = "faulty" | "unchecked" | "unsealed" | "whole";
/**
 * Where a participant's track comes from. One track per source and participant.
 */
export type Source = "camera" | "microphone" | "screen";
/**
 * Codecs the node forwards and the recorder muxes (names as in SDP, lower case).
 */
export type Codec = "av1" | "h264" | "opus" | "vp8" | "vp9";
/**
 * Why a track has a hole that is not declared silence.
 */
export type GapReason = "loss" | "no_key_frame" | "node_restarted" | "recorder_away" | "sender_stalled";
/**
 * Why a track sends nothing: said in the tap and declared in the recording, so it is never taken for a gap.
 */
export type GateReason = "camera_off" | "muted" | "paused" | "screen_off";
/**
 * Ways from a browser to us. ``WEBSOCKET`` carries the room's messages, the others picture and sound.
 */
export type LinePath = "relay" | "tcp" | "udp" | "websocket";
/**
 * ``UNTRIED``: there is no such way here, or not for who has neither account nor code.
 */
export type Outcome = "blocked" | "untried" | "works";

/**
 * ``GET /i18n/{lang}.json``: ``messages`` by their English sentence, ``refusals`` by code.
 */
export interface Catalogue {
  lang: string;
  dir: string;
  messages: {
    [k: string]: string;
  };
  refusals: {
    [k: string]: RefusalWords;
  };
}
/**
 * A refusal as a person reads it, in three sentences; any may be empty. ``{name}`` stands for a parameter.
 */
export interface RefusalWords {
  happened: string;
  kept: string;
  next: string;
}
/**
 * Island ``room``. ``join``: POST here for a :class:`JoinReply`, anew for every new connection (not for a resume).
 *
 * ``waits``: one was prepared on the way in, goes in at once, and may have to wait there. ``back``: where to go after
 * leaving; ``devices``: the device check; ``after``: where to go when it ended.
 * ``loopback_only``: the media address is this machine's loopback, which Firefox refuses.
 */
export interface RoomConfig {
  page: Page;
  reception: string;
  title: string;
  office: string;
  name: string;
  role: Role;
  point: string;
  join: string;
  back: string;
  devices: string;
  after: string;
  camera_kbps: number;
  screen_kbps: number;
  loopback_only: boolean;
  waits: boolean;
}
/**
 * What every island gets. ``catalogue``: address of its :class:`Catalogue`. ``zone``: IANA name for times shown;
 * ``build``: version of the client that the page was served with.
 */
export interface Page {
  lang: string;
  dir: string;
  zone: string;
  catalogue: string;
  csrf: string;
  build: string;
}
/**
 * Body of a join; may be left out. ``take_over`` False: 409 ``seat_taken`` while another device has the seat.
 */
export interface JoinRequest {
  take_over?: boolean;
}
/**
 * ``POST /api/receptions/{id}/join``. ``url``: origin of the socket (empty: the page's own), ``path``: where
 * engine.io answers there, ``namespace``: of socket.io. The token holds 120 s and once. ``ice``: relays, whose
 * credentials hold for the day; ``relay_only``: go by them alone.
 */
export interface JoinReply {
  token: string;
  url: string;
  path: string;
  namespace: string;
  ice: IceServer[];
  relay_only: boolean;
}
/**
 * As RTCIceServer.
 */
export interface IceServer {
  urls: string[];
  username: string;
  credential: string;
}
/**
 * What the check of devices found.
 */
export interface DevicesFound {
  camera: boolean;
  microphone: boolean;
}
/**
 * Island ``devices``. ``onward``: where "I am ready" leads. ``voice_required``: officials and points; they may
 * go on with sound only. ``send``: POST a :class:`DevicesFound` there before going on; empty: to nobody.
 * ``line_test``: POST there for a :class:`LineTestStart`.
 */
export interface DevicesConfig {
  page: Page;
  onward: string;
  voice_required: boolean;
  loopback_only: boolean;
  send: string;
  line_test: string;
}
/**
 * Island ``player``. ``segment`` has ``{track}`` and ``{number}`` to be filled in and answers with the form
 * browsers play; ``purpose_given`` False: ask, then POST a :class:`PlaybackRequest` to ``purpose`` first.
 */
export interface PlayerConfig {
  page: Page;
  recording: string;
  title: string;
  manifest: string;
  segment: string;
  verify: string;
  verification: string;
  proof: string;
  copy: string;
  purpose: string;
  purpose_given: boolean;
}
/**
 * What an export writes into the page that plays and verifies it offline (``index.html`` of the bag). ``lang``: the
 * language it opens in; ``zone``: IANA name for times shown.
 */
export interface OfflineWords {
  lang: string;
  zone: string;
  catalogues: {
    [k: string]: Catalogue;
  };
}
/**
 * ``POST /api/recordings/{id}/purpose``: why the recording is looked at; written to the audit. Answer: 204.
 */
export interface PlaybackRequest {
  purpose: string;
}
/**
 * ``POST /api/recordings/{id}/verify``. ``by``: name of who asked, empty for the system. ``origin``: what the check
 * can say about who sealed.
 */
export interface VerificationReply {
  recording: string;
  at_ms: number;
  by: string;
  objects: number;
  bytes: number;
  holds: boolean;
  origin: string;
  faults: FaultView[];
}
/**
 * One thing that is not as it should be.
 */
export interface FaultView {
  path: string;
  algorithm: string;
  expected: string;
  found: string;
}
/**
 * ``GET /api/recordings/{id}/verification``. ``running``: a check is under way, ``checked`` of ``total`` bytes are
 * read (``total`` 0: not known yet). ``failed``: code of why the last one asked for came to no result, else empty.
 * ``last``: the newest result, None before the first.
 */
export interface VerificationView {
  running: boolean;
  checked: number;
  total: number;
  failed: string;
  last: VerificationReply | null;
}
/**
 * ``POST /api/receptions``. ``starts_ms`` since 1970 UTC. ``public``: stands on the office's public page; None: as
 * usual for its kind (not ad hoc). ``note``: for the office alone. ``admit``: who lets people in.
 */
export interface ReceptionRequest {
  title: string;
  starts_ms: number;
  seats: SeatRequest[];
  cases?: CaseRequest[];
  kind?: ReceptionKind;
  guests?: GuestRequest[];
  public?: boolean | null;
  note?: string;
  admit?: AdmitRule;
}
/**
 * A seat that an account opens. ``name`` empty: the account's; ``point`` None: the account's own; ``people``: who
 * else sits there.
 */
export interface SeatRequest {
  account: string;
  role: Role;
  name?: string;
  point?: string | null;
  people?: PersonRequest[];
}
/**
 * Somebody who sits at another's seat.
 */
export interface PersonRequest {
  name: string;
  role: Role;
}
/**
 * A case. ``accounts`` and ``guests`` (places in the list of guests, from 0): the citizens' side of it; when
 * neither is given, every citizen of the reception. ``case``: the one that is changed.
 */
export interface CaseRequest {
  title: string;
  accounts?: string[] | null;
  guests?: number[] | null;
  case?: string | null;
}
/**
 * A seat without an account, opened by the code of its invitation. ``role``: citizen, representative, lawyer,
 * interpreter or observer; ``point`` None: on a device of their own; ``seat``: the one that is changed.
 */
export interface GuestRequest {
  name: string;
  role: Role;
  point?: string | null;
  people?: PersonRequest[];
  seat?: string | null;
}
/**
 * ``GET`` and ``PUT /api/receptions/{id}/plan``: the whole plan as it is (to be). ``edition``: as it was read;
 * another one by now is refused with 409.
 */
export interface ChangeRequest {
  edition: number;
  plan: ReceptionRequest;
}
/**
 * ``POST /api/receptions/{id}/cancel``.
 */
export interface ReasonRequest {
  reason: string;
}
/**
 * ``GET /api/receptions/{id}``; lists hold the same.
 */
export interface ReceptionView {
  id: string;
  title: string;
  office: string;
  kind: ReceptionKind1;
  state: string;
  doors_open: boolean;
  starts_ms: number;
  began_ms: number | null;
  ended_ms: number | null;
  recording: string | null;
  seats: SeatView[];
  cases: AgendaView[];
  public: boolean;
  edition: number;
}
/**
 * A seat of a reception. ``connected``: somebody is there from it now; ``guest``: opened by a code; ``people``:
 * names of all who sit there.
 */
export interface SeatView {
  id: string;
  role: Role;
  name: string;
  point: string;
  connected: boolean;
  guest: boolean;
  people: string[];
}
/**
 * One case under its number. ``seats``: the citizens' side of it.
 */
export interface AgendaView {
  number: number;
  case: string;
  title: string;
  seats: string[];
}
/**
 * ``GET /api/receptions/{id}/invitations``. ``code``: as printed, None when it has to be made anew; ``link``: where
 * it leads in; ``until_ms``: it opens nothing afterwards.
 */
export interface InvitationView {
  seat: string;
  name: string;
  code: string | null;
  link: string | null;
  until_ms: number;
}
/**
 * ``GET /api/offices/{agency}/receptions``: what everybody may know.
 */
export interface PublicReception {
  starts_ms: number;
  kind: ReceptionKind1;
  state: string;
  points: string[];
}
/**
 * ``GET /build.json``.
 */
export interface BuildView {
  build: string;
}
/**
 * ``GET /api/recordings``. ``next``: ask again with it as ``after`` for what follows, None at the end.
 */
export interface RecordingsPage {
  recordings: RecordingView[];
  next: string | null;
}
/**
 * ``verified_ms``: the last whole check, ``faults`` what it found, ``proof`` what that comes to.
 */
export interface RecordingView {
  id: string;
  reception: string;
  title: string;
  state: string;
  began_ms: number;
  ended_ms: number | null;
  points: number;
  bytes: number;
  verified_ms: number | null;
  faults: number;
  proof: ProofState;
}
/**
 * RFC 9457 problem details. ``code`` is stable, ``title`` and ``detail`` are worded in the reader's language;
 * ``reference`` is what to quote when asking for help.
 */
export interface WebProblem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  params: {
    [k: string]: string | number;
  };
  reference: string;
}
/**
 * The whole; ``began`` and ``ended`` are START and STOP, that is ``live`` and ``closed``.
 *
 * ``audit_head``: hash of the last entry of the installation's audit chain when this was made (``sealed_utc_ns``):
 * whoever holds the manifest can show that the entries before it were not changed since.
 */
export interface Manifest {
  format: number;
  recording: string;
  reception: string;
  title: string;
  office: string;
  agency: string;
  began: Moment;
  ended: Moment;
  duration_ns: number;
  parts: ManifestPart[];
  participants: ManifestParticipant[];
  tracks: ManifestTrack[];
  events: TimelineEvent[];
  software: string;
  sealed_utc_ns: number;
  audit_head: string;
  journal_version: string;
  journal_sha256: string;
  chain_head?: string;
}
/**
 * One instant on a media node, on both of its clocks: ``mono_ns`` monotonic, ``utc_ns`` wall (since 1970).
 */
export interface Moment {
  mono_ns: number;
  utc_ns: number;
}
/**
 * A run of a media node that served this recording.
 */
export interface ManifestPart {
  part: number;
  node: string;
  at_ns: number;
}
/**
 * Who was there, from where, when.
 */
export interface ManifestParticipant {
  id: string;
  seat: string;
  name: string;
  role: string;
  point: string;
  point_name: string;
  level: string;
  people: string[];
  joined_ns: number;
  left_ns: number;
}
/**
 * One source of one participant in one part. ``start_ns``: its first accepted packet; the difference to its first
 * segment's start is declared as a gap. Of a track without any packet: where what is declared of it begins.
 */
export interface ManifestTrack {
  id: string;
  participant: string;
  source: Source;
  codec: Codec;
  part: number;
  start_ns: number;
  end_ns: number;
  segments: ManifestSegment[];
  gaps: ManifestGap[];
  silences: ManifestSilence[];
}
/**
 * One stored file; fields as in :class:`bridge.journal.SegmentWritten`.
 *
 * ``start_utc_ns``, ``end_utc_ns``: the same span on the wall clock, as the node's stood at START. A clock that is set
 * while the recording runs does not move it.
 */
export interface ManifestSegment {
  number: number;
  key: string;
  version: string;
  bytes: number;
  sha256: string;
  container: string;
  codec: Codec;
  width: number;
  height: number;
  frames: number;
  start_ns: number;
  end_ns: number;
  arrival_start_ns: number;
  arrival_end_ns: number;
  start_utc_ns: number;
  end_utc_ns: number;
  link?: string;
}
/**
 * A hole: nothing decodable though the track was open.
 */
export interface ManifestGap {
  start_ns: number;
  end_ns: number;
  reason: GapReason;
  packets: number;
}
/**
 * A span in which the track was closed on purpose.
 */
export interface ManifestSilence {
  start_ns: number;
  end_ns: number;
  reason: GateReason;
}
/**
 * Something that happened: ``kind`` is the event's name, ``detail`` its words or value.
 */
export interface TimelineEvent {
  at_ns: number;
  kind: string;
  participant: string | null;
  detail: string;
}
/**
 * ``POST`` to ``DevicesConfig.line_test``. ``run``: sent with everything that follows, for two minutes;
 * ``seconds``: of each path; ``kbps``: what a picture needs; ``ice`` empty: there is no relay, or not for you.
 */
export interface LineTestStart {
  run: string;
  seconds: number;
  kbps: number;
  ice: IceServer[];
}
/**
 * ``POST /line-test/probe``: an offer of sound and picture, which come back.
 */
export interface LineProbeRequest {
  run: string;
  sdp: string;
}
/**
 * The node's answer.
 */
export interface LineProbeReply {
  sdp: string;
}
/**
 * ``POST /line-test/report``: each path once.
 */
export interface LineTestReport {
  run: string;
  paths: PathResult[];
}
/**
 * What a browser measured on one path. ``up``: from it to us. ``loss``: share of the packets; of a WebSocket there
 * is none. All numbers are 0 where the path does not work.
 */
export interface PathResult {
  path: LinePath;
  outcome: Outcome;
  loss_up: number;
  loss_down: number;
  jitter_ms: number;
  rtt_ms: number;
  kbps_up: number;
  kbps_down: number;
}
/**
 * ``number``: by it the operator finds the report.
 */
export interface LineTestKept {
  number: string;
}
