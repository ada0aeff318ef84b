"""What is kept beside a recording: readings, checks, its viewing copy."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Table, select

from bridge.archive import AccessEvent, FixityCheck, ViewingCopy
from bridge.ids import RecordingId
from storage.rows import columns_of, struct_of
from storage.tables import access_events, fixity_checks, viewing_copies
from storage.transaction import Transaction


class SqlAccessEvents:
    """:class:`bridge.archive_rows.AccessEvents`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, event: AccessEvent) -> None:
        """Given its number here."""
        await _add(self._transaction, access_events, event)

    async def of(self, recording: RecordingId) -> list[AccessEvent]:
        """Newest first."""
        found = select(access_events).where(access_events.c.recording == recording)
        rows = await self._transaction.rows(found.order_by(access_events.c.number.desc()))
        return [struct_of(AccessEvent, row) for row in rows]


class SqlFixityChecks:
    """:class:`bridge.archive_rows.FixityChecks`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, check: FixityCheck) -> None:
        """Given its number here."""
        await _add(self._transaction, fixity_checks, check)

    async def of(self, recording: RecordingId, limit: int) -> list[FixityCheck]:
        """Newest first."""
        found = select(fixity_checks).where(fixity_checks.c.recording == recording)
        rows = await self._transaction.rows(found.order_by(fixity_checks.c.number.desc()).limit(limit))
        return [struct_of(FixityCheck, row) for row in rows]


class SqlViewingCopies:
    """:class:`bridge.archive_rows.ViewingCopies`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def put(self, copy: ViewingCopy) -> None:
        """Add, or replace that of the recording."""
        await self._transaction.put(viewing_copies, copy)

    async def get(self, recording: RecordingId) -> ViewingCopy | None:
        """None when nobody ever asked for one."""
        found = select(viewing_copies).where(viewing_copies.c.recording == recording)
        row = await self._transaction.first(found)
        return None if row is None else struct_of(ViewingCopy, row)

    async def in_states(self, states: Sequence[str]) -> list[ViewingCopy]:
        """Who asked first comes first."""
        found = select(viewing_copies).where(viewing_copies.c.state.in_([str(state) for state in states]))
        rows = await self._transaction.rows(found.order_by(viewing_copies.c.asked_utc_ns, viewing_copies.c.recording))
        return [struct_of(ViewingCopy, row) for row in rows]


async def _add(transaction: Transaction, table: Table, struct: msgspec.Struct) -> None:
    """Its number is given by the database."""
    columns = columns_of(struct)
    del columns["number"]
    await transaction.insert_columns(table, [columns])
