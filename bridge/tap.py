"""The tap: copies of every accepted RTP packet of a recorded room, from a media node to a recorder.

A reliable byte stream (Unix or TCP socket) the node opens to the recorder's tap address. Both sides send frames::

     0       4     5        9             17            25
     +-------+-----+--------+-------------+-------------+----------
     | length| kind| track  | tap number  | arrival ns  | body …
     +-------+-----+--------+-------------+-------------+----------
       u32     u8    u32      u64           u64           length-21 bytes       (network byte order)

``length`` counts everything after itself (so 21 + body). ``track`` is the track's number in this stream, 0 for
frames about the whole stream. Every frame of a track, and every frame of track 0 from the node, has the next tap
number of that track, from 1 without holes. ``arrival`` is the node's monotonic clock in ns.

Node → recorder: HELLO first (tap number 0), then the recorder's RESUME is awaited, then everything after the
resume points again and what is new, ordered per track. Recorder → node: RESUME once, then CONFIRM as frames become
durable (synced). The node keeps what is unconfirmed for ``replay_seconds``; older it drops and says so with LOST.

Between START and STOP everything belongs to the recording; RTP before START is the proof that the recorder writes
and never leaves its spool.
"""

import struct
from enum import IntEnum
from typing import TypeVar

import msgspec

from bridge.errors import MalformedPacket
from bridge.ids import MonoNs, NodeId, ParticipantId, RecordingId, RoomId, TapNumber, TrackId, TrackNumber
from bridge.media import Codec, GateReason, Moment, Source

MAX_BODY = 65_536
"""An RTP packet is below 64 KiB by UDP; a declaration is far smaller. Anything larger is not ours."""

GONE_S = 5
"""Who acknowledges nothing for so long is gone, for both sides of a TCP line: its host lost, or the way to it. A
quarter of what a node keeps for the recorder, so that what comes after can still be made up for."""

PROBE_S = 1
"""On a quiet line each side's kernel asks so often whether the other is still there; it costs 60 bytes."""

_LATEST = 1 << 62
"""Nanoseconds (146 years) and tap numbers beyond this are nobody's; sums of what is below fit 64 bits."""

_HEADER = struct.Struct("!IBIQQ")
_AFTER_LENGTH = _HEADER.size - 4
_SENDER_REPORT = struct.Struct("!QIQ")


class FrameKind(IntEnum):
    """What a frame's body is."""

    HELLO = 1  # Hello as JSON; node → recorder, first frame of a connection
    RESUME = 2  # Resume as JSON; recorder → node, answer to HELLO
    TRACK = 3  # TrackDeclared as JSON; first frame of each track
    RTP = 4  # one RTP packet, decrypted, plain (repaired ones too, so not always in order)
    SENDER_REPORT = 5  # SenderReport, 20 bytes
    GATE = 6  # GateMoved as JSON: the track is closed (muted, camera off, paused) or open again
    END = 7  # track ended; no body
    START = 8  # Moment as JSON, track 0: the reception is live, the recording begins
    STOP = 9  # Moment as JSON, track 0: the reception is closed, the recording ends
    LOST = 10  # Lost as JSON: frames of this track the node had to drop before they were confirmed
    CONFIRM = 11  # recorder → node; no body: everything of ``track`` up to ``number`` is durable
    TICK = 12  # node → recorder, track 0, once a second: time goes on though nothing is said; no body
    KEY_FRAME = 13  # recorder → node; no body, number and arrival 0: ask the sender of ``track`` for a key frame


_KINDS = {kind.value: kind for kind in FrameKind}


class Hello(msgspec.Struct, frozen=True):
    """Who speaks. ``moment``: when this tap began, the same on each of its connections; another moment is another run
    of the node, or another node, which the recorder counts as a new part. The frame's arrival time is when it was sent:
    by it the recorder knows how long ago that moment was, whatever it knows of this node's clocks."""

    version: int
    node: NodeId
    room: RoomId
    recording: RecordingId
    moment: Moment


class Resume(msgspec.Struct, frozen=True):
    """Last durable tap number by track number (as a decimal string, JSON has no other keys); absent: none."""

    durable: dict[str, int]


class TrackDeclared(msgspec.Struct, frozen=True):
    """What a track is: enough to mux it without seeing a packet."""

    track: TrackId
    participant: ParticipantId
    connection: int
    """Counts the participant's uplink connections: sender clocks compare only within one."""
    source: Source
    codec: Codec
    clock_rate: int
    channels: int
    payload_type: int
    parameters: str
    """The ``a=fmtp`` value, empty when there is none."""


class SenderReport(msgspec.Struct, frozen=True):
    """RFC 3550 sender report: ``ntp`` 32.32 fixed point of the sender's own clock, ``rtp`` its RTP time;
    ``rtt_ns`` the least round trip seen on this connection, 0 while unknown."""

    ntp: int
    rtp: int
    rtt_ns: int


class GateMoved(msgspec.Struct, frozen=True):
    """``reason`` None: open."""

    reason: GateReason | None


class Lost(msgspec.Struct, frozen=True):
    """Frames ``first`` … ``last`` (tap numbers, inclusive) were dropped unconfirmed; arrival times of both ends."""

    first: int
    last: int
    first_mono_ns: int
    last_mono_ns: int


class Frame(msgspec.Struct, frozen=True):
    """One frame of the stream; ``body`` as :class:`FrameKind` says."""

    kind: FrameKind
    track: TrackNumber
    number: TapNumber
    arrival: MonoNs
    body: bytes


def pack_frame(kind: FrameKind, track: int, number: int, arrival_ns: int, body: bytes = b"") -> bytes:
    """The frame as bytes. Takes bare numbers: it is called for every packet of a recorded room."""
    return _HEADER.pack(_AFTER_LENGTH + len(body), kind, track, number, arrival_ns) + body


def unpack_frame(buffer: bytes | bytearray | memoryview, start: int = 0) -> tuple[Frame, int] | None:
    """The frame that begins at ``start`` and where the next begins; None when it is not all there yet.

    Raises MalformedPacket when what is there can never become a frame.
    """
    if len(buffer) - start < _HEADER.size:
        _check_length(buffer, start)
        return None
    length, kind, track, number, arrival = _HEADER.unpack_from(buffer, start)
    if not _AFTER_LENGTH <= length <= _AFTER_LENGTH + MAX_BODY:
        raise MalformedPacket(f"tap frame length {length}")
    end = start + 4 + length
    if len(buffer) < end:
        return None
    known = _KINDS.get(kind)
    if known is None:
        raise MalformedPacket(f"tap frame kind {kind}")
    if number >= _LATEST or arrival >= _LATEST:
        raise MalformedPacket(f"tap frame number {number} at {arrival}")
    body = bytes(buffer[start + _HEADER.size : end])
    return Frame(known, TrackNumber(track), TapNumber(number), MonoNs(arrival), body), end


def _check_length(buffer: bytes | bytearray | memoryview, start: int) -> None:
    """Of a frame whose header is not all there yet: a length that can never be is refused at once."""
    if len(buffer) - start >= 4:
        length = int.from_bytes(buffer[start : start + 4], "big")
        if not _AFTER_LENGTH <= length <= _AFTER_LENGTH + MAX_BODY:
            raise MalformedPacket(f"tap frame length {length}")


class FrameReader:
    """Cuts a byte stream into frames. Holds at most one unfinished frame (64 KiB)."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, chunk: bytes) -> list[Frame]:
        """The frames that ``chunk`` completes. Raises MalformedPacket; the stream is of no use afterwards."""
        self._buffer += chunk
        frames = []
        start = 0
        while (found := unpack_frame(self._buffer, start)) is not None:
            frame, start = found
            frames.append(frame)
        del self._buffer[:start]
        return frames


def pack_sender_report(report: SenderReport) -> bytes:
    """Body of a SENDER_REPORT frame."""
    return _SENDER_REPORT.pack(report.ntp, report.rtp, report.rtt_ns)


def unpack_sender_report(body: bytes) -> SenderReport:
    """Raises MalformedPacket."""
    if len(body) != _SENDER_REPORT.size:
        raise MalformedPacket(f"sender report of {len(body)} bytes")
    report = SenderReport(*_SENDER_REPORT.unpack(body))
    if report.rtt_ns >= _LATEST:
        raise MalformedPacket(f"sender report with a round trip of {report.rtt_ns} ns")
    return report


Body = TypeVar("Body")
Declaration = Hello | Resume | TrackDeclared | GateMoved | Lost | Moment


def pack_declaration(body: Declaration) -> bytes:
    """Body of a frame that carries JSON."""
    return msgspec.json.encode(body)


def unpack_declaration(body: bytes, shape: type[Body]) -> Body:
    """Raises MalformedPacket."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedPacket(str(error)) from error
