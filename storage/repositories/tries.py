"""Mistakes and refusals that are counted."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, or_, select

from bridge.trying_rows import Repeated, Tried
from storage.rows import struct_of
from storage.transaction import Transaction
from storage.trying_tables import repeats, tries


class SqlTries:
    """:class:`bridge.trying_rows.Tries`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def of(self, keys: Sequence[str]) -> Mapping[str, Tried]:
        """Those that are kept, by key."""
        rows = await self._transaction.rows(select(tries).where(tries.c.key.in_(keys)))
        return {row["key"]: struct_of(Tried, row) for row in rows}

    async def put(self, tried: Tried) -> None:
        """In place of what was kept under its key."""
        await self._transaction.put(tries, tried)

    async def remove(self, key: str) -> None:
        """Nothing when there is none."""
        await self._transaction.write(delete(tries).where(tries.c.key == key))

    async def forget(self, before_utc_ns: int, most: int) -> int:
        """How many were removed."""
        removed = await self._transaction.write(delete(tries).where(tries.c.at_utc_ns < before_utc_ns))
        kept = await self._transaction.first(select(func.count().label("rows")).select_from(tries))
        beyond = kept["rows"] - most if kept else 0
        if beyond <= 0:
            return removed
        oldest = select(tries.c.key).order_by(tries.c.at_utc_ns, tries.c.key).limit(beyond)
        return removed + await self._transaction.write(delete(tries).where(tries.c.key.in_(oldest)))


class SqlRepeats:
    """:class:`bridge.trying_rows.Repeats`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def get(self, key: str) -> Repeated | None:
        """None when it did not come in the last minute."""
        row = await self._transaction.first(select(repeats).where(repeats.c.key == key))
        return None if row is None else struct_of(Repeated, row)

    async def put(self, repeated: Repeated) -> None:
        """In place of what was kept under its key."""
        await self._transaction.put(repeats, repeated)

    async def count(self, source: str | None = None) -> int:
        """Of one source, or of all."""
        counted = select(func.count().label("rows")).select_from(repeats)
        row = await self._transaction.first(counted if source is None else counted.where(repeats.c.source == source))
        return row["rows"] if row else 0

    async def outside(self, since_utc_ns: int, until_utc_ns: int) -> list[Repeated]:
        """Oldest first."""
        since = repeats.c.since_utc_ns
        elsewhere = select(repeats).where(or_(since <= since_utc_ns, since > until_utc_ns))
        return [
            struct_of(Repeated, row) for row in await self._transaction.rows(elsewhere.order_by(since, repeats.c.key))
        ]

    async def remove(self, key: str) -> None:
        """Nothing when there is none."""
        await self._transaction.write(delete(repeats).where(repeats.c.key == key))
