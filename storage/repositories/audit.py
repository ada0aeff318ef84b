"""The audit chain: entries are only ever added, each over the hash of the one before."""

from sqlalchemy import select

from bridge.audit import chained
from bridge.repositories import AuditEntry, ChainedEntry
from storage.rows import columns_of, struct_of
from storage.tables import audit_entries
from storage.transaction import Columns, Transaction


class SqlAudit:
    """:class:`bridge.repositories.Audit`. Writers follow one another (:mod:`storage.engine`), so the chain cannot
    fork; if one ever tried, ``previous`` is unique and the second is a Conflict."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def append(self, entry: AuditEntry) -> ChainedEntry:
        """The entry in its place."""
        link = chained(await self.head(), entry)
        place = {"number": link.number, "previous": link.previous, "hash": link.hash}
        await self._transaction.insert_columns(audit_entries, [columns_of(entry) | place])
        return link

    async def head(self) -> ChainedEntry | None:
        """The last entry; None before the first."""
        row = await self._transaction.first(select(audit_entries).order_by(audit_entries.c.number.desc()).limit(1))
        return None if row is None else _link(row)

    async def entries(self, after: int, limit: int) -> list[ChainedEntry]:
        """In order of number."""
        number = audit_entries.c.number
        rows = await self._transaction.rows(select(audit_entries).where(number > after).order_by(number).limit(limit))
        return [_link(row) for row in rows]

    async def holds(self, hash_: str) -> bool:
        """Reads the whole table: for checks."""
        found = await self._transaction.first(select(audit_entries.c.number).where(audit_entries.c.hash == hash_))
        return found is not None


def _link(row: Columns) -> ChainedEntry:
    return ChainedEntry(row["number"], struct_of(AuditEntry, row), row["previous"], row["hash"])
