"""What happened, in the past tense: the only way a reception's state changes. Stored for ever, so fields
are only added.

Who did it and when stand beside the event in :class:`Recorded`.
"""

from enum import StrEnum
from typing import TypeAlias

import msgspec

from bridge.ids import AgencyId, NodeId, ParticipantId, ReceptionId, RecorderId, RecordingId, SeatId, TrackId
from bridge.media import Codec, Moment, Source
from bridge.model import AdmitRule, AgendaItem, Audience, ReceptionKind, Seat
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
    HELP_ENDED = "help_ended"  # who conducts withdrew the consent
    SIGNED_OUT = "signed_out"  # the session that opened it was ended
    PASSWORD_RESET = "password_reset"  # noqa: S105  by an administrator
    ACCOUNT_CLOSED = "account_closed"  # by an administrator
    UNINVITED = "uninvited"  # the code by which they came was made anew or taken back
    SENT_BACK = "sent_back"  # to the waiting area
    CASE_OVER = "case_over"  # the next case was called


class HelpEnd(StrEnum):
    """How an offer of help or the consent to it came to its end."""

    TAKEN_BACK = "taken_back"  # by the operator, before it was answered
    WITHDRAWN = "withdrawn"  # by who conducts
    LEFT = "left"  # the helper went


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
    admit: AdmitRule | None = None


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
    """``session``: the sign-in that opened it (:class:`bridge.model.Session`); empty where nobody signed in."""

    participant: ParticipantId
    seat: SeatId
    session: str = ""


class ParticipantLost(msgspec.Struct, frozen=True, tag=True):
    """The line is down; the seat is kept for the resume time."""

    participant: ParticipantId


class ParticipantReturned(msgspec.Struct, frozen=True, tag=True):
    participant: ParticipantId


class ParticipantLeft(msgspec.Struct, frozen=True, tag=True):
    participant: ParticipantId
    how: Departure


class WaitingBegun(msgspec.Struct, frozen=True, tag=True):
    """A connection of the seat is in the waiting area. ``since_utc_ns``: where it goes on waiting from an earlier
    connection; 0: from now. ``session``: the sign-in that opened it."""

    participant: ParticipantId
    seat: SeatId
    since_utc_ns: int = 0
    session: str = ""


class WaitingLost(msgspec.Struct, frozen=True, tag=True):
    """The line of who waits is down."""

    participant: ParticipantId


class WaitingReturned(msgspec.Struct, frozen=True, tag=True):
    participant: ParticipantId


class WaitingEnded(msgspec.Struct, frozen=True, tag=True):
    """Gone from the waiting area otherwise than into the room."""

    participant: ParticipantId
    how: Departure


class WaitingMessaged(msgspec.Struct, frozen=True, tag=True):
    """The office said this to who waits."""

    seat: SeatId
    text: str


class SeatDismissed(msgspec.Struct, frozen=True, tag=True):
    """Sent away for good."""

    seat: SeatId
    reason: str


class SeatConfirmed(msgspec.Struct, frozen=True, tag=True):
    """Whoever opened the seat said that name and part are theirs. It may be another machine than before, whose devices
    are not checked."""

    seat: SeatId


class DevicesChecked(msgspec.Struct, frozen=True, tag=True):
    """What works at the seat."""

    seat: SeatId
    camera: bool
    microphone: bool


class NoticeAcknowledged(msgspec.Struct, frozen=True, tag=True):
    """The notice that the reception is recorded was read. ``version``: of its text."""

    seat: SeatId
    version: str


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


class MessageSent(msgspec.Struct, frozen=True, tag=True):
    participant: ParticipantId
    audience: Audience
    text: str


class ChairTaken(msgspec.Struct, frozen=True, tag=True):
    """A deputy holds the chair from here on, until it is returned or taken once more."""

    participant: ParticipantId


class ChairReturned(msgspec.Struct, frozen=True, tag=True):
    """Whom the reception appointed, this participant, holds the chair again."""

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
    """Who is speaking from here on, and who leads (None: nobody has yet, or they left; not told before there was such
    a field)."""

    participants: tuple[ParticipantId, ...]
    dominant: ParticipantId | None = None


class RecordingMoved(msgspec.Struct, frozen=True, tag=True):
    health: RecordingHealth


class SeatAdded(msgspec.Struct, frozen=True, tag=True):
    """A seat more than were invited."""

    seat: Seat


class HelpOffered(msgspec.Struct, frozen=True, tag=True):
    """An operator wishes to come in; ``seat`` is added when it is accepted."""

    seat: Seat


class HelpAccepted(msgspec.Struct, frozen=True, tag=True):
    seat: SeatId


class HelpDeclined(msgspec.Struct, frozen=True, tag=True):
    seat: SeatId


class HelpEnded(msgspec.Struct, frozen=True, tag=True):
    """The seat opens nothing any more."""

    seat: SeatId
    how: HelpEnd


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
    | WaitingBegun
    | WaitingLost
    | WaitingReturned
    | WaitingEnded
    | WaitingMessaged
    | SeatDismissed
    | SeatConfirmed
    | DevicesChecked
    | NoticeAcknowledged
    | MicrophoneMoved
    | CameraMoved
    | ScreenMoved
    | HandMoved
    | FloorGiven
    | FloorTaken
    | MessageSent
    | ChairTaken
    | ChairReturned
    | SourcePublished
    | SourceEnded
    | SpeakersMoved
    | RecordingMoved
    | SeatAdded
    | HelpOffered
    | HelpAccepted
    | HelpDeclined
    | HelpEnded
)


class Recorded(msgspec.Struct, frozen=True):
    """An event as stored: ``version`` counts within its reception from 1, ``actor`` an account id or ``system``."""

    reception: ReceptionId
    version: int
    at_utc_ns: int
    actor: str
    event: Event
