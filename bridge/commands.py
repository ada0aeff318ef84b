"""What people may ask of a reception, in the imperative. Each names its :class:`bridge.policy.Action` by type.

The first group goes through pages, the second through the room; all are stored by
:class:`bridge.receptions.ReceptionService`.
"""

from typing import TypeAlias

import msgspec

from bridge.ids import AgencyId, ParticipantId
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
    pass


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


RoomCommand: TypeAlias = (
    StartReception
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
    | MuteAll
)
PageCommand: TypeAlias = OpenDoors | CancelReception | ChangeReception
Command: TypeAlias = PageCommand | RoomCommand
