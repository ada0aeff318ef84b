"""Life cycles as tables. A step that is not in its table raises IllegalTransition; diagrams are printed from here."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from bridge.errors import IllegalTransition

State = TypeVar("State", bound=StrEnum)


class LifeCycle(Generic[State]):
    """A named table ``state → states that may follow``; every state has a row, final states an empty one."""

    def __init__(self, name: str, table: Mapping[State, frozenset[State]]) -> None:
        self.name = name
        self.table = table

    def may(self, present: State, following: State) -> bool:
        """Whether the step is in the table."""
        return following in self.table[present]

    def step(self, present: State, following: State) -> State:
        """``following``. Raises IllegalTransition."""
        if not self.may(present, following):
            raise IllegalTransition(detail=f"{self.name}: {present} → {following}", state=present)
        return following

    def diagram(self) -> str:
        """The table as a Mermaid state diagram, for ARCHITECTURE.md."""
        lines = [f"    {before} --> {after}" for before, row in self.table.items() for after in sorted(row)]
        return "\n".join(["stateDiagram-v2", *lines])


class ReceptionState(StrEnum):
    """From a date in the book to a record in the archive."""

    PLANNED = "planned"
    NOTICED = "noticed"
    TESTED = "tested"
    CONNECTED = "connected"
    LIVE = "live"
    INTERRUPTED = "interrupted"
    CLOSED = "closed"
    MINUTED = "minuted"
    SIGNED = "signed"
    ARCHIVED = "archived"
    CANCELLED = "cancelled"


_R = ReceptionState
BEFORE_LIVE = frozenset({_R.PLANNED, _R.NOTICED, _R.TESTED, _R.CONNECTED})
UNDER_WAY = frozenset({_R.LIVE, _R.INTERRUPTED})
OVER = frozenset({_R.CLOSED, _R.MINUTED, _R.SIGNED, _R.ARCHIVED, _R.CANCELLED})

RECEPTION = LifeCycle(
    "reception",
    {
        # planned, noticed and tested go live only by the chair's override with a reason (gate 1)
        _R.PLANNED: frozenset({_R.NOTICED, _R.LIVE, _R.CANCELLED}),
        _R.NOTICED: frozenset({_R.TESTED, _R.LIVE, _R.CANCELLED}),
        _R.TESTED: frozenset({_R.CONNECTED, _R.LIVE, _R.CANCELLED}),
        _R.CONNECTED: frozenset({_R.LIVE, _R.CANCELLED}),
        _R.LIVE: frozenset({_R.INTERRUPTED, _R.CLOSED}),
        _R.INTERRUPTED: frozenset({_R.LIVE, _R.CLOSED}),
        _R.CLOSED: frozenset({_R.MINUTED}),
        _R.MINUTED: frozenset({_R.SIGNED}),
        _R.SIGNED: frozenset({_R.ARCHIVED}),
        _R.ARCHIVED: frozenset(),
        _R.CANCELLED: frozenset(),
    },
)


class AttendanceState(StrEnum):
    """One person's way through one reception."""

    EXPECTED = "expected"
    DEVICE_CHECKED = "device_checked"
    WAITING = "waiting"
    ADMITTED = "admitted"
    IN_CONSULTATION = "in_consultation"
    AWAY = "away"
    LEFT = "left"
    DISMISSED = "dismissed"


_A = AttendanceState
ATTENDANCE = LifeCycle(
    "attendance",
    {
        _A.EXPECTED: frozenset({_A.DEVICE_CHECKED}),
        _A.DEVICE_CHECKED: frozenset({_A.WAITING, _A.LEFT}),
        _A.WAITING: frozenset({_A.ADMITTED, _A.LEFT, _A.DISMISSED}),
        # back to waiting: sent there by who conducts
        _A.ADMITTED: frozenset({_A.IN_CONSULTATION, _A.AWAY, _A.WAITING, _A.LEFT, _A.DISMISSED}),
        _A.IN_CONSULTATION: frozenset({_A.ADMITTED, _A.LEFT, _A.DISMISSED}),
        _A.AWAY: frozenset({_A.ADMITTED, _A.WAITING, _A.LEFT, _A.DISMISSED}),
        _A.LEFT: frozenset({_A.WAITING}),
        _A.DISMISSED: frozenset(),
    },
)


class RecordingState(StrEnum):
    """From a recorder that listens to a copy that may be disposed of."""

    ARMED = "armed"
    WRITING = "writing"
    DEGRADED = "degraded"
    SEALED = "sealed"
    VERIFIED = "verified"
    REPLICATED = "replicated"
    ARCHIVED = "archived"
    HELD = "held"
    EXPIRED = "expired"
    DISPOSED = "disposed"


_C = RecordingState
RECORDING = LifeCycle(
    "recording",
    {
        _C.ARMED: frozenset({_C.WRITING}),
        _C.WRITING: frozenset({_C.DEGRADED, _C.SEALED}),
        _C.DEGRADED: frozenset({_C.WRITING, _C.SEALED}),
        _C.SEALED: frozenset({_C.VERIFIED}),
        _C.VERIFIED: frozenset({_C.REPLICATED}),
        _C.REPLICATED: frozenset({_C.ARCHIVED}),
        _C.ARCHIVED: frozenset({_C.HELD, _C.EXPIRED}),
        _C.HELD: frozenset({_C.ARCHIVED}),
        _C.EXPIRED: frozenset({_C.HELD, _C.DISPOSED}),
        _C.DISPOSED: frozenset(),
    },
)


class HelpState(StrEnum):
    """An operator's offer to help in a room, and the consent of who conducts it."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ENDED = "ended"


_H = HelpState
HELP = LifeCycle(
    "help",
    {
        _H.OFFERED: frozenset({_H.ACCEPTED, _H.DECLINED, _H.ENDED}),
        _H.ACCEPTED: frozenset({_H.ENDED}),
        _H.DECLINED: frozenset(),
        _H.ENDED: frozenset(),
    },
)

LIFE_CYCLES = (RECEPTION, ATTENDANCE, RECORDING, HELP)
