"""What storage keeps of receptions: their events, the row each list shows, and the codes that lead to their seats."""

from collections.abc import Collection, Sequence
from typing import Protocol

import msgspec

from bridge.events import Recorded
from bridge.finding import ReceptionCursor, ReceptionFilter
from bridge.ids import AccountId, ReceptionId, SeatId, SessionId
from bridge.invitations import GuestVisit, Invitation
from bridge.linehistory import KeptLook
from bridge.model import (
    ReceptionRow,
    Role,
)


class EventLine(msgspec.Struct, frozen=True):
    """An event as its row has it: ``event`` is the JSON text."""

    reception: ReceptionId
    version: int
    at_utc_ns: int
    actor: str
    event: str


class Receptions(Protocol):
    """Event streams of receptions and the row each list shows."""

    async def history(self, reception: ReceptionId, after: int = 0) -> list[Recorded]:
        """In order; NotFound when there is none at all."""
        ...

    async def append(self, events: Sequence[Recorded], row: ReceptionRow) -> None:
        """Events of one reception with consecutive versions, and its new row. Conflict when a version is taken."""
        ...

    async def ids(self) -> list[ReceptionId]:
        """Of every reception that has an event or a row."""
        ...

    async def lines(self, reception: ReceptionId) -> list[EventLine]:
        """Its events as they are stored, undecoded, in order; for who checks them."""
        ...

    async def row(self, reception: ReceptionId) -> ReceptionRow: ...

    async def find(self, asked: ReceptionFilter, after: ReceptionCursor | None, limit: int) -> list[ReceptionRow]:
        """At most ``limit`` of those that fit, in their order behind ``after``."""
        ...

    async def seats_of(self, account: AccountId, of: Collection[ReceptionId]) -> dict[ReceptionId, Role]:
        """The role of the account's seat in each of ``among`` where it has one."""
        ...

    async def rows(self, starts_from_utc_ns: int, starts_before_utc_ns: int) -> list[ReceptionRow]:
        """In order of start."""
        ...

    async def histories(self, receptions: Collection[ReceptionId]) -> dict[ReceptionId, list[Recorded]]:
        """The events of several, in order, in one question."""
        ...

    async def open_rows(self, starts_from_utc_ns: int, starts_before_utc_ns: int) -> list[ReceptionRow]:
        """Of those that :meth:`rows` gives: with doors open, and with them all that are under way."""
        ...


class LineLooks(Protocol):
    """How the lines of receptions were."""

    async def add(self, reception: ReceptionId, looks: list[KeptLook]) -> None:
        """Conflict when there is one of that moment."""
        ...

    async def of_reception(self, reception: ReceptionId, after_utc_ns: int, limit: int) -> list[KeptLook]:
        """At most ``limit``, in order of time."""
        ...


class Invitations(Protocol):
    """Codes of seats, one each."""

    async def put(self, invited: Invitation) -> None:
        """Add, or replace that of the seat: the code before it opens nothing any more. Conflict when another seat has
        the mark."""
        ...

    async def by_mark(self, mark: str) -> Invitation | None: ...

    async def of_reception(self, reception: ReceptionId) -> list[Invitation]:
        """By seat."""
        ...

    async def remove(self, seat: SeatId) -> bool:
        """False when there was none."""
        ...


class Visits(Protocol):
    """Browsers that entered by a code."""

    async def add(self, visit: GuestVisit) -> None: ...

    async def get(self, id_: SessionId) -> GuestVisit | None: ...

    async def seen(self, ids: Collection[SessionId]) -> dict[SessionId, int]:
        """When those of them were seen last that are still there, with the invitation that opened them."""
        ...

    async def touch(self, id_: SessionId, seen_utc_ns: int) -> None:
        """It was used; no fault when it is gone."""
        ...

    async def remove(self, id_: SessionId) -> bool:
        """False when it was gone already."""
        ...

    async def remove_older(self, seen_before_utc_ns: int) -> int:
        """How many were removed."""
        ...
