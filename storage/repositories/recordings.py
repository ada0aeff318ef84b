"""The archive's list, and who was in each recording."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    String,
    and_,
    column,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
    values,
)

from bridge.errors import NotFound
from bridge.ids import AgencyId, BridgePointId, RecordingId
from bridge.model import RecordingRow
from bridge.search import (
    UNSEALED_STATES,
    PointName,
    ProofState,
    RecordingCursor,
    RecordingFilter,
    RecordingPerson,
)
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
        if agencies is not None and not agencies:
            return []
        newest: dict[BridgePointId, tuple[int, str]] = {}
        for row in await self._transaction.rows(_newest_of_each_point(_owners(agencies))):
            told = (row["began_utc_ns"], row["name"])
            newest[row["point"]] = max(told, newest.get(row["point"], told))
        names = [PointName(point, name) for point, (_, name) in newest.items()]
        return sorted(names, key=lambda one: (one.name, one.point))

    async def _listed(self, *held: ColumnElement[bool], limit: int | None = None) -> list[RecordingRow]:
        rows = await self._transaction.rows(select(recordings).where(*held).order_by(*_NEWEST_FIRST).limit(limit))
        return [struct_of(RecordingRow, row) for row in rows]


def _owners(agencies: Collection[AgencyId] | None) -> CTE:
    """The agencies whose points are asked for, as a table; None: all that have recordings."""
    if agencies is None:
        return select(_ROW.agency).distinct().cte("owners")
    return values(column("agency", String), name="owners").data([(agency,) for agency in sorted(agencies)]).cte()


def _newest_of_each_point(owners: CTE) -> Select[Any]:
    """Walks from one point of each agency to its next by the index: a step for each point, not for each person of each
    recording; all in one question."""
    least = select(func.min(_WHO.point))
    first = select(owners.c.agency, least.where(_WHO.agency == owners.c.agency).scalar_subquery().label("point")).cte(
        "walked", recursive=True
    )
    following = least.where(_WHO.agency == first.c.agency, _WHO.point > first.c.point).scalar_subquery()
    walked = first.union_all(select(first.c.agency, following).where(first.c.point.is_not(None)))
    other = recording_people.alias()
    here = (other.c.agency == walked.c.agency, other.c.point == walked.c.point)
    by_age = select(other.c.point_name).where(*here).order_by(other.c.began_utc_ns.desc())
    newest, began = by_age.limit(1).scalar_subquery(), select(func.max(other.c.began_utc_ns)).where(*here)
    told = select(walked.c.point, newest.label("name"), began.scalar_subquery().label("began_utc_ns"))
    return told.where(walked.c.point.is_not(None))


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
    return [] if agencies is None else [_ROW.agency.in_(sorted(agencies))]


def _somebody(asked: RecordingFilter, *held: ColumnElement[bool]) -> ColumnElement[bool]:
    """Of the very agencies: their people are a small part of all."""
    own = [] if asked.agencies is None else [_WHO.agency.in_(sorted(asked.agencies))]
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
