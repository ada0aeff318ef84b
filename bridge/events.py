"""What happened, in the past tense: the only way a reception's state changes. Stored for ever, so fields
are only added.

Who did it and when stand beside the event in :class:`Recorded`.
"""

from enum import StrEnum
from typing import TypeAlias

import msgspec

from bridge.ids import AgencyId, NodeId, ParticipantId, ReceptionId, RecorderId, RecordingId, SeatId, TrackId
from bridge.media import Codec, Moment, Source
from bridge.model import AdmitRule, AgendaItem, ReceptionKind, Seat
from bridge.states import AttendanceState


class Cause(StrEnum):
    """Who interrupted or closed."""

    CHAIR = "chair"
    SYSTEM = "system"


class Departure(StrEnum):
    """How a participant went."""

    LEFT = "left"
    DISMISSED = "dismissed"
    REPLACED = "replaced"  # the seat was opened on another device
    EXPIRED = "expired"  # did not return within the resume time
    ENDED = "ended"  # the reception closed


class RecordingHealth(StrEnum):
    """What the room is told about the recording."""

    WRITING = "writing"
    DEGRADED = "degraded"  # late, nothing lost
    NOT_RECORDING = "not_recording"


class ReceptionScheduled(msgspec.Struct, frozen=True, tag=True):
    reception: ReceptionId
    title: str
    agency: AgencyId
    office: str
    kind: ReceptionKind
    starts_utc_ns: int
    seats: tuple[Seat, ...]
    agenda: tuple[AgendaItem, ...]
    admit: AdmitRule
    public: bool = False
    note: str = ""


class ReceptionChanged(msgspec.Struct, frozen=True, tag=True):
    """What of the plan is another from here on; None: as it was. ``seats``: new ones, and those that stand in place of
    the one of the same id; ``agenda``: the whole of it."""

    title: str | None = None
    kind: ReceptionKind | None = None
    starts_utc_ns: int | None = None
    public: bool | None = None
    note: str | None = None
    seats: tuple[Seat, ...] = ()
    removed: tuple[SeatId, ...] = ()
    agenda: tuple[AgendaItem, ...] | None = None


class DoorsOpened(msgspec.Struct, frozen=True, tag=True):
    pass


class RoomPlaced(msgspec.Struct, frozen=True, tag=True):
    """The room's media goes through ``node``, its recording to ``recorder``; again when either is replaced."""

    node: NodeId
    recorder: RecorderId


class ReceptionStarted(msgspec.Struct, frozen=True, tag=True):
    """``override`` is the chair's reason where readiness was not proved or another point than the centre
    was written."""

    recording: RecordingId
    moment: Moment
    override: str | None


class ReceptionInterrupted(msgspec.Struct, frozen=True, tag=True):
    cause: Cause
    reason: str


class ReceptionResumed(msgspec.Struct, frozen=True, tag=True):
    pass


class ReceptionClosed(msgspec.Struct, frozen=True, tag=True):
    cause: Cause
    reason: str
    moment: Moment


class ReceptionCancelled(msgspec.Struct, frozen=True, tag=True):
    reason: str


class AgendaMoved(msgspec.Struct, frozen=True, tag=True):
    """The case with this number is being received."""

    number: int


class AttendanceMoved(msgspec.Struct, frozen=True, tag=True):
    """Everybody who sits at the seat is now in ``state``."""

    seat: SeatId
    state: AttendanceState


class ParticipantJoined(msgspec.Struct, frozen=True, tag=True):
    participant: ParticipantId
    seat: SeatId


class ParticipantLost(msgspec.Struct, frozen=True, tag=True):
    """The line is down; the seat is kept for the resume time."""

    participant: ParticipantId


class ParticipantReturned(msgspec.Struct, frozen=True, tag=True):
    participant: ParticipantId


class ParticipantLeft(msgspec.Struct, frozen=True, tag=True):
    participant: ParticipantId
    how: Departure


class MicrophoneMoved(msgspec.Struct, frozen=True, tag=True):
    participant: ParticipantId
    open: bool


class CameraMoved(msgspec.Struct, frozen=True, tag=True):
    participant: ParticipantId
    on: bool


class ScreenMoved(msgspec.Struct, frozen=True, tag=True):
    participant: ParticipantId
    shared: bool


class HandMoved(msgspec.Struct, frozen=True, tag=True):
    participant: ParticipantId
    raised: bool


class FloorGiven(msgspec.Struct, frozen=True, tag=True):
    """Permits; the microphone opens only when its owner presses it."""

    participant: ParticipantId


class FloorTaken(msgspec.Struct, frozen=True, tag=True):
    participant: ParticipantId


class SourcePublished(msgspec.Struct, frozen=True, tag=True):
    participant: ParticipantId
    track: TrackId
    source: Source
    codec: Codec


class SourceEnded(msgspec.Struct, frozen=True, tag=True):
    participant: ParticipantId
    track: TrackId
    source: Source


class SpeakersMoved(msgspec.Struct, frozen=True, tag=True):
    """Who is speaking from here on."""

    participants: tuple[ParticipantId, ...]


class RecordingMoved(msgspec.Struct, frozen=True, tag=True):
    health: RecordingHealth


Event: TypeAlias = (
    ReceptionScheduled
    | ReceptionChanged
    | DoorsOpened
    | RoomPlaced
    | ReceptionStarted
    | ReceptionInterrupted
    | ReceptionResumed
    | ReceptionClosed
    | ReceptionCancelled
    | AgendaMoved
    | AttendanceMoved
    | ParticipantJoined
    | ParticipantLost
    | ParticipantReturned
    | ParticipantLeft
    | MicrophoneMoved
    | CameraMoved
    | ScreenMoved
    | HandMoved
    | FloorGiven
    | FloorTaken
    | SourcePublished
    | SourceEnded
    | SpeakersMoved
    | RecordingMoved
)


class Recorded(msgspec.Struct, frozen=True):
    """An event as stored: ``version`` counts within its reception from 1, ``actor`` an account id or ``system``."""

    reception: ReceptionId
    version: int
    at_utc_ns: int
    actor: str
    event: Event
