"""Devices for codes, one per account."""

from sqlalchemy import delete, select

from bridge.ids import AccountId
from bridge.model import SecondFactor
from storage.rows import struct_of
from storage.tables import second_factors
from storage.transaction import Transaction


class SqlSecondFactors:
    """:class:`bridge.people_rows.SecondFactors`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def put(self, factor: SecondFactor) -> None:
        """Add, or replace that of the account. NotFound when there is no such account."""
        await self._transaction.put(second_factors, factor)

    async def get(self, account: AccountId) -> SecondFactor | None:
        """None when the account has none, not even one that waits to be confirmed."""
        row = await self._transaction.first(select(second_factors).where(second_factors.c.account == account))
        return None if row is None else struct_of(SecondFactor, row)

    async def remove(self, account: AccountId) -> bool:
        """False when there was none."""
        return await self._transaction.write(delete(second_factors).where(second_factors.c.account == account)) > 0
