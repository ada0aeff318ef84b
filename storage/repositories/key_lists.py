"""Signed lists of the installation's public keys."""

from sqlalchemy import select

from bridge.repositories import PublishedKeyList
from storage.rows import columns_of, struct_of
from storage.tables import key_lists
from storage.transaction import Transaction


class SqlKeyLists:
    """:class:`bridge.repositories.KeyLists`. Rows are only ever added."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, published: PublishedKeyList) -> None:
        """Behind all others."""
        columns = columns_of(published)
        del columns["number"]
        await self._transaction.insert_columns(key_lists, [columns])

    async def all(self) -> list[PublishedKeyList]:
        """In the order in which they were added."""
        rows = await self._transaction.rows(select(key_lists).order_by(key_lists.c.number))
        return [struct_of(PublishedKeyList, row) for row in rows]
