"""The archive's list, and who was in each recording."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, or_, select, update

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
from storage.repositories.words import begins, searched
from storage.rows import columns_of, struct_of
from storage.tables import recording_people, recordings
from storage.transaction import Transaction

_ROW = recordings.c
_WHO = recording_people.c
_NEWEST_FIRST = (_ROW.began_utc_ns.desc(), _ROW.id.desc())


class SqlRecordings:
    """:class:`bridge.repositories.Recordings`; lists are newest first."""

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

    async def count(self, asked: RecordingFilter) -> int:
        """How many there are in all."""
        found = select(func.count().label("found")).select_from(recordings).where(*_held(asked))
        row = await self._transaction.first(found)
        return int(row["found"]) if row else 0

    async def name_people(self, recording: RecordingId, people: Sequence[RecordingPerson]) -> None:
        """Instead of whoever was named before."""
        await self._transaction.write(delete(recording_people).where(_WHO.recording == recording))
        rows = [columns_of(one) | {"name_words": searched(one.name)} for one in people]
        if rows:
            await self._transaction.insert_columns(recording_people, rows)

    async def points(self, agencies: Collection[AgencyId] | None) -> list[PointName]:
        """By name; a point that was renamed bears the name of its newest recording."""
        found = (
            select(_WHO.point, _WHO.point_name.label("name"), func.max(_ROW.began_utc_ns).label("last"))
            .join(recordings, _ROW.id == _WHO.recording)
            .where(*_of(agencies))
            .group_by(_WHO.point, _WHO.point_name)
            .order_by("last")
        )
        names = {row["point"]: row["name"] for row in await self._transaction.rows(found)}
        return [PointName(point, name) for point, name in sorted(names.items(), key=lambda one: (one[1], one[0]))]

    async def _listed(self, *held: ColumnElement[bool], limit: int | None = None) -> list[RecordingRow]:
        rows = await self._transaction.rows(select(recordings).where(*held).order_by(*_NEWEST_FIRST).limit(limit))
        return [struct_of(RecordingRow, row) for row in rows]


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
        yield _somebody(_WHO.point == asked.point)
    if asked.person.strip():
        yield _somebody(*begins(_WHO.name_words, asked.person))  # one and the same name holds all the words


def _of(agencies: Collection[AgencyId] | None) -> list[ColumnElement[bool]]:
    return [] if agencies is None else [_ROW.agency.in_(sorted(agencies))]


def _somebody(*held: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(_WHO.recording == _ROW.id, *held)


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
