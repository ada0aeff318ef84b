"""The archive's list."""

from collections.abc import Sequence

from sqlalchemy import select

from bridge.errors import NotFound
from bridge.ids import RecordingId
from bridge.model import RecordingRow
from storage.rows import struct_of
from storage.tables import recordings
from storage.transaction import Transaction

_NEWEST_FIRST = (recordings.c.began_utc_ns.desc(), recordings.c.id.desc())


class SqlRecordings:
    """:class:`bridge.repositories.Recordings`; lists are newest first."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def put(self, row: RecordingRow) -> None:
        """Add, or replace the row of that id."""
        await self._transaction.put(recordings, row)

    async def get(self, recording: RecordingId) -> RecordingRow:
        """Raises NotFound."""
        row = await self._transaction.first(select(recordings).where(recordings.c.id == recording))
        if row is None:
            raise NotFound(detail=f"recording {recording}")
        return struct_of(RecordingRow, row)

    async def all(self) -> list[RecordingRow]:
        """All of them."""
        rows = await self._transaction.rows(select(recordings).order_by(*_NEWEST_FIRST))
        return [struct_of(RecordingRow, row) for row in rows]

    async def in_states(self, states: Sequence[str]) -> list[RecordingRow]:
        """Those in one of the states."""
        rows = await self._transaction.rows(
            select(recordings).where(recordings.c.state.in_([str(state) for state in states])).order_by(*_NEWEST_FIRST)
        )
        return [struct_of(RecordingRow, row) for row in rows]
