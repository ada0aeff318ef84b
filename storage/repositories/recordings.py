"""The archive's list, and who was in each recording."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, delete, exists, func, insert, or_, select, true, update

from bridge.errors import NotFound
from bridge.ids import AgencyId, RecordingId
from bridge.model import RecordingRow
from bridge.search import (
    UNSEALED_STATES,
    PointName,
    ProofState,
    RecordingCursor,
    RecordingFilter,
    RecordingPerson,
)
from storage.among import among
from storage.rows import begins, columns_of, searched, struct_of
from storage.tables import recording_people, recordings
from storage.transaction import Transaction

_ROW = recordings.c
_WHO = recording_people.c
_NEWEST_FIRST = (_ROW.began_utc_ns.desc(), _ROW.id.desc())


class SqlRecordings:
    """:class:`bridge.archive_rows.Recordings`; lists are newest first."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def put(self, row: RecordingRow) -> None:
        """Add, or replace the row of that id."""
        columns = columns_of(row) | {"title_words": searched(row.title)}
        if not await self._transaction.write(update(recordings).where(_ROW.id == row.id).values(columns)):
            await self._transaction.write(insert(recordings).values(columns))

    async def get(self, recording: RecordingId) -> RecordingRow:
        """Raises NotFound."""
        row = await self._transaction.first(select(recordings).where(_ROW.id == recording))
        if row is None:
            raise NotFound(detail=f"recording {recording}")
        return struct_of(RecordingRow, row)

    async def all(self) -> list[RecordingRow]:
        """All of them."""
        return await self._listed()

    async def in_states(self, states: Sequence[str]) -> list[RecordingRow]:
        """Those in one of the states."""
        return await self._listed(_ROW.state.in_([str(state) for state in states]))

    async def find(self, asked: RecordingFilter, after: RecordingCursor | None, limit: int) -> list[RecordingRow]:
        """A page of what was asked for."""
        return await self._listed(*_held(asked), *_behind(after), limit=limit)

    async def count(self, asked: RecordingFilter, most: int | None = None) -> int:
        """How many there are in all; not beyond ``most``, which costs less."""
        found = select(_ROW.id).where(*_held(asked)).limit(most).subquery()
        row = await self._transaction.first(select(func.count().label("found")).select_from(found))
        return int(row["found"]) if row else 0

    async def name_people(self, recording: RecordingId, people: Sequence[RecordingPerson]) -> None:
        """Instead of whoever was named before."""
        await self._transaction.write(delete(recording_people).where(_WHO.recording == recording))
        of = await self._transaction.first(select(_ROW.agency, _ROW.began_utc_ns).where(_ROW.id == recording))
        rows = [columns_of(one) | {"name_words": searched(one.name), **(of or {})} for one in people]
        if rows:
            await self._transaction.insert_columns(recording_people, rows)

    async def points(self, agencies: Collection[AgencyId] | None) -> list[PointName]:
        """By name; a point that was renamed bears the name of its newest recording."""
        rows = await self._transaction.rows(_newest_of_each_point(agencies))
        names = [PointName(row["point"], row["name"]) for row in rows]
        return sorted(names, key=lambda one: (one.name, one.point))

    async def _listed(self, *held: ColumnElement[bool], limit: int | None = None) -> list[RecordingRow]:
        rows = await self._transaction.rows(select(recordings).where(*held).order_by(*_NEWEST_FIRST).limit(limit))
        return [struct_of(RecordingRow, row) for row in rows]


def _newest_of_each_point(agencies: Collection[AgencyId] | None) -> Select[Any]:
    """Walks from one agency to the next and in each from one point to the next by the index: a question for each point
    of each agency, not for each person of each recording. Of a point that several agencies had, the newest."""
    walked = _walked_points(_walked_agencies(), agencies)
    other = recording_people.alias()
    there = (other.c.agency == walked.c.agency, other.c.point == walked.c.point)
    began = select(func.max(other.c.began_utc_ns)).where(*there).scalar_subquery()
    place = func.row_number().over(partition_by=walked.c.point, order_by=began.desc()).label("place")
    each = select(walked.c.agency, walked.c.point, place).where(walked.c.point.is_not(None)).subquery()
    here = (other.c.agency == each.c.agency, other.c.point == each.c.point)
    newest = select(other.c.point_name).where(*here).order_by(other.c.began_utc_ns.desc()).limit(1)
    return select(each.c.point, newest.scalar_subquery().label("name")).where(each.c.place == 1)


def _walked_agencies() -> CTE:
    first = select(func.min(_WHO.agency).label("agency")).cte("agencies_walked", recursive=True)
    following = select(func.min(_WHO.agency)).where(_WHO.agency > first.c.agency).scalar_subquery()
    return first.union_all(select(following).where(first.c.agency.is_not(None)))


def _walked_points(agencies: CTE, own: Collection[AgencyId] | None) -> CTE:
    other = recording_people.alias()
    first_point = select(func.min(other.c.point)).where(other.c.agency == agencies.c.agency).scalar_subquery()
    mine = true() if own is None else among(agencies.c.agency, own)
    first = select(agencies.c.agency, first_point.label("point")).where(agencies.c.agency.is_not(None), mine)
    walked = first.cte("points_walked", recursive=True)
    behind = (other.c.agency == walked.c.agency, other.c.point > walked.c.point)
    following = select(func.min(other.c.point)).where(*behind).scalar_subquery()
    return walked.union_all(select(walked.c.agency, following).where(walked.c.point.is_not(None)))


def _held(asked: RecordingFilter) -> Iterable[ColumnElement[bool]]:
    yield from _of(asked.agencies)
    if asked.from_utc_ns is not None:
        yield _ROW.began_utc_ns >= asked.from_utc_ns
    if asked.before_utc_ns is not None:
        yield _ROW.began_utc_ns < asked.before_utc_ns
    if asked.proof is not None:
        yield _PROOF[asked.proof]
    yield from begins(_ROW.title_words, asked.title)
    if asked.point is not None:
        yield _somebody(asked, _WHO.point == asked.point)
    if asked.person.strip():
        yield _somebody(asked, *begins(_WHO.name_words, asked.person))  # one and the same name holds all the words


def _of(agencies: Collection[AgencyId] | None) -> list[ColumnElement[bool]]:
    return [] if agencies is None else [among(_ROW.agency, agencies)]


def _somebody(asked: RecordingFilter, *held: ColumnElement[bool]) -> ColumnElement[bool]:
    """Of the very agencies: their people are a small part of all."""
    own = [] if asked.agencies is None else [among(_WHO.agency, asked.agencies)]
    return exists().where(_WHO.recording == _ROW.id, *own, *held)


def _behind(after: RecordingCursor | None) -> list[ColumnElement[bool]]:
    if after is None:
        return []
    earlier = or_(_ROW.began_utc_ns < after.began_utc_ns, _ROW.id < after.id)
    # the first half alone lets the index find the place
    return [and_(_ROW.began_utc_ns <= after.began_utc_ns, earlier)]


_PROOF = {
    ProofState.FAULTY: _ROW.faults > 0,
    ProofState.WHOLE: and_(_ROW.faults == 0, _ROW.verified_utc_ns.is_not(None)),
    ProofState.UNCHECKED: and_(_ROW.faults == 0, _ROW.verified_utc_ns.is_(None), _ROW.state.not_in(UNSEALED_STATES)),
    ProofState.UNSEALED: and_(_ROW.faults == 0, _ROW.verified_utc_ns.is_(None), _ROW.state.in_(UNSEALED_STATES)),
}
"""As :func:`bridge.search.proof_of` tells them apart."""
