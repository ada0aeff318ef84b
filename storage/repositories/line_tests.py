"""Lines that were tried."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, and_, delete, select

from bridge.ids import AgencyId, ReceptionId
from bridge.linetests import LineTest
from storage.linetable import line_tests
from storage.rows import portions, struct_of
from storage.transaction import Transaction


class SqlLineTests:
    """:class:`bridge.line_rows.LineTests`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def keep(self, test: LineTest, most: int) -> None:
        """One writer at a time, so no two count together."""
        columns = line_tests.c
        if test.account is not None:
            await self._transaction.write(delete(line_tests).where(columns.account == test.account))
        elif test.seat is not None:
            same = and_(columns.reception == test.reception, columns.seat == test.seat)
            await self._transaction.write(delete(line_tests).where(same))
        await self._transaction.insert(line_tests, test)
        newest = select(columns.id).order_by(columns.at_utc_ns.desc(), columns.id.desc()).limit(most)
        kept = [row["id"] for row in await self._transaction.rows(newest)]
        if len(kept) == most:
            oldest = select(columns.at_utc_ns).where(columns.id == kept[-1]).scalar_subquery()
            await self._transaction.write(delete(line_tests).where(columns.at_utc_ns < oldest))

    async def remove_older(self, before_utc_ns: int) -> int:
        """By the column's index."""
        return await self._transaction.write(delete(line_tests).where(line_tests.c.at_utc_ns < before_utc_ns))

    async def newest(self, agencies: Collection[AgencyId] | None, limit: int) -> list[LineTest]:
        """By time."""
        columns = line_tests.c
        wanted = select(line_tests).order_by(columns.at_utc_ns.desc(), columns.id.desc()).limit(limit)
        if agencies is None:
            return await self._found([wanted])
        unknown = wanted.where(columns.agency.is_(None))
        found = await self._found(
            [unknown, *(wanted.where(columns.agency.in_(some)) for some in portions(sorted(agencies)))]
        )
        return sorted(found, key=lambda test: (test.at_utc_ns, test.id), reverse=True)[:limit]

    async def around(self, reception: ReceptionId, accounts: Collection[str]) -> list[LineTest]:
        """In no order."""
        columns = line_tests.c
        guests = select(line_tests).where(columns.reception == reception)
        known = [select(line_tests).where(columns.account.in_(some)) for some in portions(sorted(accounts))]
        return await self._found([guests, *known])

    async def _found(self, statements: list[Select[Any]]) -> list[LineTest]:
        rows = [row for statement in statements for row in await self._transaction.rows(statement)]
        return [struct_of(LineTest, row) for row in rows]
