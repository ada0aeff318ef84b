"""The recorder's journal of one recording: what was received and written, in its own words, as JSON lines.

Written beside the packet logs while the recording runs, stored as one object ``{prefix}journal.jsonl`` when it ends;
sealing reads it. Each line is one :data:`Entry`. Times are ``MediaNs`` (ns since START on the node's clock) unless
their name says otherwise; they may be negative by the little that a first frame precedes START.
"""

from enum import StrEnum
from typing import TypeAlias

import msgspec

from bridge.errors import MalformedInput
from bridge.ids import NodeId, ParticipantId, RecordingId, RoomId, TrackId
from bridge.media import Codec, GateReason, Moment, Source


class GapReason(StrEnum):
    """Why a track has a hole that is not declared silence."""

    LOSS = "loss"  # packets that no retransmission brought
    SENDER_STALLED = "sender_stalled"  # nothing came for > 200 ms though the gate was open
    RECORDER_AWAY = "recorder_away"  # longer than the node could keep for it
    NODE_RESTARTED = "node_restarted"
    NO_KEY_FRAME = "no_key_frame"  # packets came, but nothing decodable before the next key frame


class RecordingBegan(msgspec.Struct, frozen=True, tag=True):
    """START: the origin of media time."""

    recording: RecordingId
    room: RoomId
    node: NodeId
    moment: Moment
    software: str


class PartBegan(msgspec.Struct, frozen=True, tag=True):
    """A node (run) serves this recording from here on; ``at_ns`` media time of its first moment."""

    part: int
    node: NodeId
    moment: Moment
    at_ns: int


class TrackBegan(msgspec.Struct, frozen=True, tag=True):
    """A track's first accepted packet (``first_packet_ns``) and, for its first written frame, see its segments."""

    track: TrackId
    participant: ParticipantId
    connection: int
    part: int
    source: Source
    codec: Codec
    clock_rate: int
    first_packet_ns: int


class TrackEnded(msgspec.Struct, frozen=True, tag=True):
    """The track's last packet."""

    track: TrackId
    last_packet_ns: int


class SegmentWritten(msgspec.Struct, frozen=True, tag=True):
    """One stored file of one track: frames of [start, end) on the recording's clock.

    ``sha256`` hex of the bytes as stored; ``version`` the store's version id (empty for a directory);
    ``arrival_start_ns``/``arrival_end_ns`` when its first and last packet reached the node, media time.
    """

    track: TrackId
    number: int
    key: str
    version: str
    bytes: int
    sha256: str
    container: str
    codec: Codec
    width: int
    height: int
    frames: int
    start_ns: int
    end_ns: int
    arrival_start_ns: int
    arrival_end_ns: int


class GapDeclared(msgspec.Struct, frozen=True, tag=True):
    """Nothing decodable between ``start_ns`` and ``end_ns`` though the track was open."""

    track: TrackId
    start_ns: int
    end_ns: int
    reason: GapReason
    packets: int


class SilenceDeclared(msgspec.Struct, frozen=True, tag=True):
    """The track's gate was closed (muted, camera off, paused) between ``start_ns`` and ``end_ns``."""

    track: TrackId
    start_ns: int
    end_ns: int
    reason: GateReason


class ClockAnchored(msgspec.Struct, frozen=True, tag=True):
    """A participant's clock was tied to the node's, anew when it jumped: ``offset_ns`` = node minus sender."""

    participant: ParticipantId
    connection: int
    at_ns: int
    offset_ns: int
    jumped: bool


class RecordingEnded(msgspec.Struct, frozen=True, tag=True):
    """STOP: last line."""

    moment: Moment
    at_ns: int


Entry: TypeAlias = (
    RecordingBegan
    | PartBegan
    | TrackBegan
    | TrackEnded
    | SegmentWritten
    | GapDeclared
    | SilenceDeclared
    | ClockAnchored
    | RecordingEnded
)


def serialise_entry(entry: Entry) -> bytes:
    """One line with its newline."""
    return msgspec.json.encode(entry) + b"\n"


def parse_journal(text: bytes) -> list[Entry]:
    """Every whole line. A last line without newline is what a killed writer left: it is not taken.

    Raises MalformedInput naming the line.
    """
    decoder = msgspec.json.Decoder(Entry)
    entries: list[Entry] = []
    for number, line in enumerate(text.split(b"\n")[:-1], start=1):
        try:
            entries.append(decoder.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise MalformedInput(f"journal line {number}: {error}") from error
    return entries
