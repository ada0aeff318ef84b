"""What people may ask of a reception, in the imperative. Each names its :class:`bridge.policy.Action` by type.

The first group goes through pages, the second through the room; all are stored by
:class:`bridge.receptions.ReceptionService`.
"""

from typing import TypeAlias

import msgspec

from bridge.ids import AgencyId, ParticipantId, SeatId
from bridge.model import AdmitRule, AgendaItem, Plan, ReceptionKind, Seat


class ScheduleReception(msgspec.Struct, frozen=True, tag=True):
    title: str
    agency: AgencyId
    office: str
    kind: ReceptionKind
    starts_utc_ns: int
    seats: tuple[Seat, ...]
    agenda: tuple[AgendaItem, ...] = ()
    admit: AdmitRule = AdmitRule.ON_JOIN
    public: bool = False
    note: str = ""


class ChangeReception(msgspec.Struct, frozen=True, tag=True):
    """The whole plan as it is to be from now on. ``edition``: of the plan it was made from; another one by now is a
    Conflict."""

    edition: int
    plan: Plan


class OpenDoors(msgspec.Struct, frozen=True, tag=True):
    pass


class CancelReception(msgspec.Struct, frozen=True, tag=True):
    reason: str


class StartReception(msgspec.Struct, frozen=True, tag=True):
    """``override``: the chair's reason to start without proved readiness; until readiness exists always asked.
    ``without_centre``: the central point sends nothing, the recorder proves itself on another point instead."""

    override: str | None = None
    without_centre: bool = False


class InterruptReception(msgspec.Struct, frozen=True, tag=True):
    reason: str = ""


class ResumeReception(msgspec.Struct, frozen=True, tag=True):
    pass


class CloseReception(msgspec.Struct, frozen=True, tag=True):
    reason: str = ""


class CallNextCase(msgspec.Struct, frozen=True, tag=True):
    """Where the office lets people in, it brings the case's people too: those of the case before leave, those of the
    next who wait come in."""


class RecallCase(msgspec.Struct, frozen=True, tag=True):
    """Takes :class:`CallNextCase` back: the case before again, with its people as far as they wait."""


class AdmitSeat(msgspec.Struct, frozen=True, tag=True):
    """From the waiting area into the room."""

    seat: SeatId


class SendBack(msgspec.Struct, frozen=True, tag=True):
    """From the room to the waiting area; its media ends both ways."""

    seat: SeatId


class DismissSeat(msgspec.Struct, frozen=True, tag=True):
    """Sent away from this reception, for good."""

    seat: SeatId
    reason: str


class MessageWaiting(msgspec.Struct, frozen=True, tag=True):
    """A few words to who waits; newer ones replace them."""

    seat: SeatId
    text: str


class ConfirmSeat(msgspec.Struct, frozen=True, tag=True):
    """Whoever enters says that the name and part shown are theirs."""


class NoteDevices(msgspec.Struct, frozen=True, tag=True):
    """What the check of one's own devices found."""

    camera: bool
    microphone: bool


class AcknowledgeNotice(msgspec.Struct, frozen=True, tag=True):
    """One has read that the reception is recorded. ``version``: of the text that was read."""

    version: str


class SetMicrophone(msgspec.Struct, frozen=True, tag=True):
    """One's own."""

    open: bool


class SetCamera(msgspec.Struct, frozen=True, tag=True):
    on: bool


class SetScreen(msgspec.Struct, frozen=True, tag=True):
    shared: bool


class SetHand(msgspec.Struct, frozen=True, tag=True):
    raised: bool


class GiveFloor(msgspec.Struct, frozen=True, tag=True):
    participant: ParticipantId


class TakeFloor(msgspec.Struct, frozen=True, tag=True):
    """Takes the permission back and closes the microphone at once."""

    participant: ParticipantId


class MuteParticipant(msgspec.Struct, frozen=True, tag=True):
    """Closes the microphone; the permission stays."""

    participant: ParticipantId


class MuteAll(msgspec.Struct, frozen=True, tag=True):
    """Everybody but who asks."""


class SendToAll(msgspec.Struct, frozen=True, tag=True):
    """Written for everybody in the room."""

    text: str


class SendToOfficials(msgspec.Struct, frozen=True, tag=True):
    """Written for the officials' side alone."""

    text: str


class TakeChair(msgspec.Struct, frozen=True, tag=True):
    """A deputy conducts from now on, because nobody who holds the chair is there."""


class ReturnChair(msgspec.Struct, frozen=True, tag=True):
    """The deputy gives the chair back to whom the reception appointed."""


class OfferHelp(msgspec.Struct, frozen=True, tag=True):
    """By an operator who has no seat: to come in with ``seat`` once who conducts accepts."""

    seat: Seat


class TakeBackHelp(msgspec.Struct, frozen=True, tag=True):
    """One's own offer, before it is answered."""


class AnswerHelp(msgspec.Struct, frozen=True, tag=True):
    seat: SeatId
    accepted: bool


class EndHelp(msgspec.Struct, frozen=True, tag=True):
    """Withdraws the consent: the helper is out at once."""

    seat: SeatId


RoomCommand: TypeAlias = (
    StartReception
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
    | EndHelp
)
PageCommand: TypeAlias = (
    OpenDoors
    | CancelReception
    | ChangeReception
    | OfferHelp
    | TakeBackHelp
    | ConfirmSeat
    | NoteDevices
    | AcknowledgeNotice
)
Command: TypeAlias = PageCommand | RoomCommand
