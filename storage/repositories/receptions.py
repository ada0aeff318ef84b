"""Event streams of receptions, and the row that lists show."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import RowMapping, Select, func, select, union

from bridge.errors import Code, Conflict, NotFound, Refusal
from bridge.events import Event, Recorded
from bridge.ids import ReceptionId
from bridge.ledger import line_of
from bridge.model import ReceptionRow
from bridge.repositories import EventLine
from storage.rows import columns_of, struct_of
from storage.tables import reception_events, receptions
from storage.transaction import Transaction

_EVENT: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


class SqlReceptions:
    """:class:`bridge.repositories.Receptions`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def history(self, reception: ReceptionId, after: int = 0) -> list[Recorded]:
        """The events whose version is above ``after``, in order. NotFound when the reception has none at all,
        Refusal(internal) for a row that was changed past the programme: a fault of one reception and of no other."""
        stream = reception_events.c
        rows = await self._transaction.rows(
            select(reception_events)
            .where(stream.reception == reception, stream.version > after)
            .order_by(stream.version)
        )
        if not rows and await self._last_version(reception) == 0:
            raise NotFound(detail=f"reception {reception}")
        return [_recorded(row) for row in rows]

    async def append(self, events: Sequence[Recorded], row: ReceptionRow) -> None:
        """Conflict when the first version is not the one that follows what is stored."""
        await self._transaction.put(receptions, row)
        if not events:
            return
        _check_run(events, row)
        last = await self._last_version(row.id)
        if events[0].version != last + 1:
            raise Conflict(detail=f"reception {row.id}: version {events[0].version} after {last}")
        await self._transaction.insert_columns(reception_events, [columns_of(line_of(recorded)) for recorded in events])

    async def ids(self) -> list[ReceptionId]:
        """In order."""
        every = union(select(reception_events.c.reception.label("id")), select(receptions.c.id))
        return sorted(ReceptionId(row["id"]) for row in await self._transaction.rows(every))

    async def lines(self, reception: ReceptionId) -> list[EventLine]:
        """Empty when there are none."""
        stream = reception_events.c
        rows = await self._transaction.rows(
            select(reception_events).where(stream.reception == reception).order_by(stream.version)
        )
        return [struct_of(EventLine, row) for row in rows]

    async def row(self, reception: ReceptionId) -> ReceptionRow:
        """Raises NotFound."""
        row = await self._transaction.first(select(receptions).where(receptions.c.id == reception))
        if row is None:
            raise NotFound(detail=f"reception {reception}")
        return struct_of(ReceptionRow, row)

    async def rows(self, starts_from_utc_ns: int, starts_before_utc_ns: int) -> list[ReceptionRow]:
        """Those that start in [from, before), in order of start."""
        rows = await self._transaction.rows(_starting(starts_from_utc_ns, starts_before_utc_ns))
        return [struct_of(ReceptionRow, row) for row in rows]

    async def open_rows(self, starts_from_utc_ns: int, starts_before_utc_ns: int) -> list[ReceptionRow]:
        """Those of them with doors open."""
        some = _starting(starts_from_utc_ns, starts_before_utc_ns).where(receptions.c.doors_open)
        return [struct_of(ReceptionRow, row) for row in await self._transaction.rows(some)]

    async def _last_version(self, reception: ReceptionId) -> int:
        stream = reception_events.c
        row = await self._transaction.first(
            select(func.max(stream.version).label("last")).where(stream.reception == reception)
        )
        return 0 if row is None or row["last"] is None else int(row["last"])


def _starting(from_utc_ns: int, before_utc_ns: int) -> Select[Any]:
    start = receptions.c.starts_utc_ns
    return select(receptions).where(start >= from_utc_ns, start < before_utc_ns).order_by(start, receptions.c.id)


def _check_run(events: Sequence[Recorded], row: ReceptionRow) -> None:
    for place, recorded in enumerate(events):
        if recorded.reception != row.id or recorded.version != events[0].version + place:
            raise ValueError(f"events of {row.id} must be of one reception, their versions consecutive")


def _recorded(row: RowMapping) -> Recorded:
    line = struct_of(EventLine, row)
    try:
        event = _EVENT.decode(line.event)
    except msgspec.DecodeError as error:
        raise Refusal(Code.INTERNAL, f"event {line.version} of reception {line.reception} is none: {error}") from error
    return Recorded(line.reception, line.version, line.at_utc_ns, line.actor, event)
