"""The control API of a media node, and what a recorder's shares with it: plain JSON over HTTP, events over a WebSocket.

Typed here (a recorder's in :mod:`bridge.recorder_control`) because both sides of the wire must agree. Errors are RFC
9457 problems (:class:`Problem`) whose ``code`` is a :class:`bridge.errors.Code`. Paths are in PROTOCOL.md; a method of
:class:`bridge.ports.MediaNode` and :class:`bridge.ports.RecorderNode` stands for each.
"""

from typing import Annotated, TypeAlias

import msgspec

from bridge.ids import Mid, NodeId, ParticipantId, RecordingId, RoomId, TrackId
from bridge.media import Codec, Moment, Source
from bridge.recorder_control import RecorderEvent


class Problem(msgspec.Struct, frozen=True):
    """RFC 9457 problem details; ``code`` is stable, ``detail`` is for the log."""

    type: str
    title: str
    status: int
    code: str
    detail: str


class Numbered(msgspec.Struct, frozen=True):
    """One event of a node or recorder. Numbers count from 1 in one run; ``run`` changes with a restart,
    so a consumer that asks ``?run=R&after=N`` either gets what follows N or learns that the run is new."""

    run: str
    number: int
    event: "NodeEvent | RecorderEvent"


class NodeHealth(msgspec.Struct, frozen=True):
    """Answer of ``GET /health``."""

    node: NodeId
    run: str
    rooms: int
    participants: int
    version: str


class Gates(msgspec.Struct, frozen=True):
    """True: open. A closed gate drops that source before forwarding and before the tap, whatever the client sends."""

    microphone: bool = False
    camera: bool = False
    screen: bool = False


class ParticipantOrder(msgspec.Struct, frozen=True):
    """``PUT /rooms/{room}/participants/{participant}``: make it, or change it. ``receives``: gets others' media."""

    receives: bool
    gates: Gates


class RoomOrder(msgspec.Struct, frozen=True):
    """``PUT /rooms/{room}``: make it, or change it. ``held``: nothing is forwarded nor tapped (reception interrupted),
    except from ``notice_from``, the participant who speaks a notice into the held room. ``loudest``: so many
    microphones are forwarded at a time, the loudest, and those of ``always`` beside them; 0: all. The tap gets all."""

    held: bool
    notice_from: ParticipantId | None = None
    loudest: int = 0
    always: tuple[ParticipantId, ...] = ()


class ShownSource(msgspec.Struct, frozen=True):
    """Whose picture, and which."""

    participant: ParticipantId
    source: Source


MAX_SHOWN = 128
"""Camera and screen of everybody a room may hold."""


class WantsOrder(msgspec.Struct, frozen=True):
    """``PUT …/wants``: the pictures that the participant's browser shows. Others are paused: nothing of them is sent
    there, and one that is shown again begins with a key frame. Sound is never paused by it. Sources need not be there
    yet. None, as before any order: all of them."""

    shown: Annotated[tuple[ShownSource, ...], msgspec.Meta(max_length=MAX_SHOWN)] | None = None


LONGEST_CAPTURE_S = 60


class CaptureOrder(msgspec.Struct, frozen=True):
    """``POST …/capture``: headers of this participant's packets for so many seconds, at most a minute; the answer is a
    pcapng file as it grows. One at a time per node."""

    seconds: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_CAPTURE_S)]


class UplinkOffer(msgspec.Struct, frozen=True):
    """``POST …/uplink``: the browser's offer and which mid is which source. A new ICE ufrag without a restart of the
    old one is a new connection and replaces the old."""

    sdp: str
    sources: dict[Mid, Source]


class RestartOrder(msgspec.Struct, frozen=True):
    """``POST …/downlink/restart``. ``keep`` True: an ICE restart of the downlink that there is; False: a new one."""

    keep: bool = False


class ProbeOffer(msgspec.Struct, frozen=True):
    """``POST /probes``: a browser that tries its line, in no room. What it sends comes back to it, for 20 s at most."""

    sdp: str


class ProbeAnswer(msgspec.Struct, frozen=True):
    """The node's answer."""

    sdp: str


class UplinkAnswer(msgspec.Struct, frozen=True):
    """The node's answer."""

    sdp: str


class DownlinkTrack(msgspec.Struct, frozen=True):
    """One m-line of a downlink offer in use; m-lines not listed are inactive."""

    mid: Mid
    track: TrackId
    participant: ParticipantId
    source: Source


class DownlinkAnswer(msgspec.Struct, frozen=True):
    """``POST …/downlink``: the browser's answer to offer number ``offer``. Another number: ``stale_offer``."""

    offer: int
    sdp: str


class TapOrder(msgspec.Struct, frozen=True):
    """``PUT /rooms/{room}/tap``: copy the room's packets to the recorder at ``address``
    (``unix:PATH`` | ``HOST:PORT``).

    ``recording`` False is the probe: RTP of ``probe`` participants only, before START. A second order with
    ``recording`` True sends START and taps everybody; its answer is the moment the recording began.
    """

    recording_id: RecordingId
    address: str
    recording: bool
    probe: tuple[ParticipantId, ...] = ()


class TapAnswer(msgspec.Struct, frozen=True):
    """The moment of START, or of STOP for ``DELETE /rooms/{room}/tap``; for a probe the moment it was ordered."""

    moment: Moment


class LineCounters(msgspec.Struct, frozen=True):
    """One direction of a participant's media since its connection began, over all tracks that flow. ``packets`` of
    which ``lost`` never came; ``octets`` of payload that passed the gates; jitter of the worst track, of those that
    carry sound where one does (packets of one picture leave together, which looks like jitter); ``rtt_ms``: 0 while
    unknown. Of a downlink: what its browser reports. ``sound_…``: of the sound alone."""

    packets: int
    lost: int
    octets: int
    jitter_ms: float
    rtt_ms: float
    sound_packets: int = 0
    sound_lost: int = 0


class ParticipantLines(msgspec.Struct, frozen=True):
    """None: there is no such connection."""

    participant: ParticipantId
    uplink: LineCounters | None
    downlink: LineCounters | None


class RoomLines(msgspec.Struct, frozen=True):
    """Answer of ``GET /rooms/{room}/lines``. ``behind_ms``: age of the oldest tapped packet that the recorder has not
    confirmed; None without a tap."""

    participants: tuple[ParticipantLines, ...]
    behind_ms: int | None


class TapFigures(msgspec.Struct, frozen=True):
    """How far the recorder is. ``state``: as in :class:`TapChanged`; ``behind_ms``: age of the oldest packet that it
    has not confirmed; ``backlog_bytes``: what is kept for it."""

    state: str
    behind_ms: int
    backlog_bytes: int


class RoomFigures(msgspec.Struct, frozen=True):
    """A room in numbers."""

    room: RoomId
    participants: tuple[ParticipantLines, ...]
    tap: TapFigures | None


class NodeFigures(msgspec.Struct, frozen=True):
    """Answer of ``GET /figures``: the node at ``mono_ns`` of its clock, in totals since its start. ``late_p99_ms``: by
    how much its loop missed its timers in the last two minutes; ``dropped``: but what a closed gate keeps back."""

    health: NodeHealth
    mono_ns: int
    received: int
    forwarded: int
    dropped: int
    octets_in: int
    octets_out: int
    late_p99_ms: float
    rooms: tuple[RoomFigures, ...]


class TransportChanged(msgspec.Struct, frozen=True, tag=True):
    """A participant's uplink or downlink. ``state``: connected | lost (consent expired) | closed."""

    room: RoomId
    participant: ParticipantId
    direction: str
    state: str


class TrackPublished(msgspec.Struct, frozen=True, tag=True):
    """The first packet of a source was accepted."""

    room: RoomId
    participant: ParticipantId
    track: TrackId
    source: Source
    codec: Codec


class TrackUnpublished(msgspec.Struct, frozen=True, tag=True):
    """A source ended: removed from the offer, or its connection closed."""

    room: RoomId
    participant: ParticipantId
    track: TrackId
    source: Source


class DownlinkOffer(msgspec.Struct, frozen=True, tag=True):
    """To be carried to the participant's browser. One in flight per participant; a newer number replaces."""

    room: RoomId
    participant: ParticipantId
    offer: int
    sdp: str
    tracks: tuple[DownlinkTrack, ...]


class WithheldTrack(msgspec.Struct, frozen=True):
    """A track that is not sent to somebody, because their browser does not decode ``codec``."""

    participant: ParticipantId
    source: Source
    codec: Codec


class WithheldChanged(msgspec.Struct, frozen=True, tag=True):
    """What ``participant`` does not get for want of a decoder, whole at each change."""

    room: RoomId
    participant: ParticipantId
    tracks: tuple[WithheldTrack, ...]


class UnwantedChanged(msgspec.Struct, frozen=True, tag=True):
    """Which of ``participant``'s pictures nobody has wanted for 5 s, neither a receiver nor the tap, whole at each
    change: the browser need not send them until the list is without them."""

    room: RoomId
    participant: ParticipantId
    sources: tuple[Source, ...]


class SpeakersChanged(msgspec.Struct, frozen=True, tag=True):
    """Who is speaking now (RFC 6464 levels, smoothed), who leads first; ``dominant``: who leads, also in a pause until
    another does. Sent when either changes."""

    room: RoomId
    participants: tuple[ParticipantId, ...]
    dominant: ParticipantId | None = None


class TapChanged(msgspec.Struct, frozen=True, tag=True):
    """``state``: writing (confirmed within 2 s) | degraded (late, nothing lost) | not_recording (older than replay, or
    the recorder does not want it)."""

    room: RoomId
    recording: RecordingId
    state: str
    behind_ms: int


class RoomGone(msgspec.Struct, frozen=True, tag=True):
    """The node does not know this room (any more): it was told to end it."""

    room: RoomId


NodeEvent: TypeAlias = (
    TransportChanged
    | TrackPublished
    | TrackUnpublished
    | DownlinkOffer
    | WithheldChanged
    | UnwantedChanged
    | SpeakersChanged
    | TapChanged
    | RoomGone
)
