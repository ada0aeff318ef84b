"""Event streams of receptions, and the row that lists show."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, RowMapping, Select, and_, delete, func, or_, select, union, update

from bridge.errors import Code, Conflict, NotFound, Refusal
from bridge.events import Event, Recorded
from bridge.finding import ReceptionCursor, ReceptionFilter
from bridge.ids import AccountId, ReceptionId
from bridge.ledger import line_of
from bridge.model import ReceptionRow
from bridge.repositories import EventLine
from storage.rows import columns_of, struct_of
from storage.tables import reception_events, reception_seats, receptions
from storage.transaction import Transaction

_ROW = receptions.c
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
        start = receptions.c.starts_utc_ns
        rows = await self._transaction.rows(
            select(receptions)
            .where(start >= starts_from_utc_ns, start < starts_before_utc_ns)
            .order_by(start, receptions.c.id)
        )
        return [struct_of(ReceptionRow, row) for row in rows]

    async def find(self, asked: ReceptionFilter, after: ReceptionCursor | None, limit: int) -> list[ReceptionRow]:
        """A page in order of start. Those of the agencies and those with a seat are two questions, each answered by its
        own index: as one, with "or" between, neither would be."""
        order = (_ROW.starts_utc_ns, _ROW.id)
        found = select(receptions).where(*_within(asked, _ROW.starts_utc_ns), *_states(asked))
        found = found.where(*_behind(after, *order)).order_by(*order).limit(limit)
        if asked.agencies is None:
            return await self._listed(found)
        of_agencies = await self._listed(found.where(_ROW.agency.in_(sorted(asked.agencies)))) if asked.agencies else []
        seated = await self._listed(_seated(asked, after).limit(limit)) if asked.account else []
        rows = {row.id: row for row in (*of_agencies, *seated)}.values()
        return sorted(rows, key=lambda row: (row.starts_utc_ns, row.id))[:limit]

    async def _listed(self, statement: Select[Any]) -> list[ReceptionRow]:
        return [struct_of(ReceptionRow, row) for row in await self._transaction.rows(statement)]

    async def histories(self, ids: Collection[ReceptionId]) -> dict[ReceptionId, list[Recorded]]:
        """By reception; one without events is left out. Refusal(internal) as :meth:`history`."""
        stream = reception_events.c
        rows = await self._transaction.rows(
            select(reception_events).where(stream.reception.in_(sorted(ids))).order_by(stream.reception, stream.version)
        )
        found: dict[ReceptionId, list[Recorded]] = {}
        for row in rows:
            recorded = _recorded(row)
            found.setdefault(recorded.reception, []).append(recorded)
        return found

    async def seat(self, row: ReceptionRow, accounts: Collection[AccountId]) -> None:
        """Writes only what differs."""
        here, start = reception_seats.c.reception == row.id, reception_seats.c.starts_utc_ns
        kept = await self._transaction.rows(select(reception_seats.c.account, start).where(here))
        before, after = {AccountId(one["account"]) for one in kept}, set(accounts)
        if gone := before - after:
            await self._transaction.write(delete(reception_seats).where(here, reception_seats.c.account.in_(gone)))
        if any(one["starts_utc_ns"] != row.starts_utc_ns for one in kept):
            await self._transaction.write(update(reception_seats).where(here).values(starts_utc_ns=row.starts_utc_ns))
        if new := after - before:
            seats = [{"reception": row.id, "account": one, "starts_utc_ns": row.starts_utc_ns} for one in sorted(new)]
            await self._transaction.insert_columns(reception_seats, seats)

    async def _last_version(self, reception: ReceptionId) -> int:
        stream = reception_events.c
        row = await self._transaction.first(
            select(func.max(stream.version).label("last")).where(stream.reception == reception)
        )
        return 0 if row is None or row["last"] is None else int(row["last"])


def _check_run(events: Sequence[Recorded], row: ReceptionRow) -> None:
    for place, recorded in enumerate(events):
        if recorded.reception != row.id or recorded.version != events[0].version + place:
            raise ValueError(f"events of {row.id} must be of one reception, their versions consecutive")


def _within(asked: ReceptionFilter, start: ColumnElement[int]) -> Iterable[ColumnElement[bool]]:
    yield start >= asked.from_utc_ns
    yield start < asked.before_utc_ns


def _states(asked: ReceptionFilter) -> list[ColumnElement[bool]]:
    return [] if asked.states is None else [_ROW.state.in_(sorted(asked.states))]


def _seated(asked: ReceptionFilter, after: ReceptionCursor | None) -> Select[Any]:
    seat = reception_seats.c
    order = (seat.starts_utc_ns, seat.reception)
    return (
        select(receptions)
        .join(reception_seats, seat.reception == _ROW.id)
        .where(seat.account == asked.account, *_within(asked, seat.starts_utc_ns), *_states(asked))
        .where(*_behind(after, *order))
        .order_by(*order)
    )


def _behind(
    after: ReceptionCursor | None, start: ColumnElement[int], id_: ColumnElement[str]
) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    later = or_(start > after.starts_utc_ns, id_ > after.id)
    # the first half alone lets the index find the place
    return [and_(start >= after.starts_utc_ns, later)]


def _recorded(row: RowMapping) -> Recorded:
    line = struct_of(EventLine, row)
    try:
        event = _EVENT.decode(line.event)
    except msgspec.DecodeError as error:
        raise Refusal(Code.INTERNAL, f"event {line.version} of reception {line.reception} is none: {error}") from error
    return Recorded(line.reception, line.version, line.at_utc_ns, line.actor, event)
