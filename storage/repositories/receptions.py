"""Event streams of receptions, and the row that lists show."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, bindparam, delete, func, select, union, update

from bridge.errors import Code, Conflict, NotFound, Refusal
from bridge.events import Event, ReceptionChanged, ReceptionScheduled, Recorded
from bridge.finding import ReceptionCursor, ReceptionFilter
from bridge.ids import AccountId, ReceptionId
from bridge.ledger import line_of
from bridge.model import ReceptionRow, Role
from bridge.reception_rows import EventLine
from storage.among import among
from storage.repositories.reception_lists import form_of, statement, values_of
from storage.rows import columns_of, searched, struct_of
from storage.tables import reception_events, reception_seats, receptions
from storage.transaction import Columns, Transaction

_ROW = receptions.c
_SEAT = reception_seats.c
_STREAM = reception_events.c
_HISTORY = (
    select(reception_events)
    .where(_STREAM.reception == bindparam("of"), _STREAM.version > bindparam("after"))
    .order_by(_STREAM.version)
)
_EVENT: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


class SqlReceptions:
    """:class:`bridge.reception_rows.Receptions`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def history(self, reception: ReceptionId, after: int = 0) -> list[Recorded]:
        """The events whose version is above ``after``, in order. NotFound when the reception has none at all,
        Refusal(internal) for a row that was changed past the programme: a fault of one reception and of no other."""
        rows = await self._transaction.rows(_HISTORY, {"of": reception, "after": after})
        if not rows and await self._last_version(reception) == 0:
            raise NotFound(detail=f"reception {reception}")
        return [_recorded(row) for row in rows]

    async def append(self, events: Sequence[Recorded], row: ReceptionRow) -> None:
        """Conflict when the first version is not the one that follows what is stored."""
        columns = columns_of(row) | {"title_words": searched(row.title)}
        if not await self._transaction.write(update(receptions).where(_ROW.id == row.id).values(columns)):
            await self._transaction.insert_columns(receptions, [columns])
        if not events:
            return
        _check_run(events, row)
        last = await self._last_version(row.id)
        if events[0].version != last + 1:
            raise Conflict(detail=f"reception {row.id}: version {events[0].version} after {last}")
        await self._transaction.insert_columns(reception_events, [columns_of(line_of(recorded)) for recorded in events])
        for recorded in events:
            if isinstance(recorded.event, ReceptionScheduled | ReceptionChanged):
                await self._keep_seats(recorded.event, row)

    async def _keep_seats(self, event: ReceptionScheduled | ReceptionChanged, row: ReceptionRow) -> None:
        """Who may see it because of a seat, and from when: an index of what the events say."""
        of_it = _SEAT.reception == row.id
        gone = [*(event.removed if isinstance(event, ReceptionChanged) else ()), *(seat.id for seat in event.seats)]
        await self._transaction.write(delete(reception_seats).where(of_it, _SEAT.seat.in_(gone)))
        await self._transaction.write(update(reception_seats).where(of_it).values(starts_utc_ns=row.starts_utc_ns))
        seats = [
            {
                "reception": row.id,
                "seat": seat.id,
                "account": seat.account,
                "role": str(seat.role),
                "starts_utc_ns": row.starts_utc_ns,
            }
            for seat in event.seats
        ]
        if seats:
            await self._transaction.insert_columns(reception_seats, seats)

    async def ids(self) -> list[ReceptionId]:
        """In order."""
        every = union(select(reception_events.c.reception.label("id")), select(receptions.c.id))
        return sorted(ReceptionId(row["id"]) for row in await self._transaction.rows(every))

    async def lines(self, reception: ReceptionId) -> list[EventLine]:
        """Empty when there are none."""
        rows = await self._transaction.rows(_HISTORY, {"of": reception, "after": 0})
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
        return await self._listed(some)

    async def find(self, asked: ReceptionFilter, after: ReceptionCursor | None, limit: int) -> list[ReceptionRow]:
        """A page of what was asked for."""
        form = form_of(asked, after)
        if form is None:
            return []
        found = await self._transaction.rows(statement(form), values_of(asked, after, limit))
        rows = {row["id"]: row for row in found}.values()
        ordered = sorted(rows, key=lambda row: (row["starts_utc_ns"], row["id"]), reverse=asked.newest_first)
        return [struct_of(ReceptionRow, row) for row in ordered[:limit]]

    async def _listed(self, statement: Select[Any]) -> list[ReceptionRow]:
        return [struct_of(ReceptionRow, row) for row in await self._transaction.rows(statement)]

    async def histories(self, ids: Collection[ReceptionId]) -> dict[ReceptionId, list[Recorded]]:
        """By reception; one without events is left out. Refusal(internal) as :meth:`history`."""
        streams = select(reception_events).where(among(_STREAM.reception, ids))
        rows = await self._transaction.rows(streams.order_by(_STREAM.reception, _STREAM.version))
        found: dict[ReceptionId, list[Recorded]] = {}
        for row in rows:
            recorded = _recorded(row)
            found.setdefault(recorded.reception, []).append(recorded)
        return found

    async def seats_of(self, account: AccountId, of: Collection[ReceptionId]) -> dict[ReceptionId, Role]:
        """The role of the account's seat in each of them where it has one."""
        held = select(reception_seats).where(_SEAT.account == account, among(_SEAT.reception, of))
        return {ReceptionId(row["reception"]): Role(row["role"]) for row in await self._transaction.rows(held)}

    async def _last_version(self, reception: ReceptionId) -> int:
        row = await self._transaction.first(
            select(func.max(_STREAM.version).label("last")).where(_STREAM.reception == reception)
        )
        return 0 if row is None or row["last"] is None else int(row["last"])


def _starting(from_utc_ns: int, before_utc_ns: int) -> Select[Any]:
    start = receptions.c.starts_utc_ns
    return select(receptions).where(start >= from_utc_ns, start < before_utc_ns).order_by(start, receptions.c.id)


def _check_run(events: Sequence[Recorded], row: ReceptionRow) -> None:
    for place, recorded in enumerate(events):
        if recorded.reception != row.id or recorded.version != events[0].version + place:
            raise ValueError(f"events of {row.id} must be of one reception, their versions consecutive")


def _recorded(row: Columns) -> Recorded:
    line = struct_of(EventLine, row)
    try:
        event = _EVENT.decode(line.event)
    except msgspec.DecodeError as error:
        raise Refusal(Code.INTERNAL, f"event {line.version} of reception {line.reception} is none: {error}") from error
    return Recorded(line.reception, line.version, line.at_utc_ns, line.actor, event)
