"""The one-time link of the first administrator."""

from sqlalchemy import delete, select

from bridge.first import FirstLink
from storage.rows import struct_of
from storage.tables import first_links
from storage.transaction import Transaction


class SqlFirstLinks:
    """:class:`bridge.people_rows.FirstLinks`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def put(self, link: FirstLink) -> None:
        """Instead of every one before."""
        await self.clear()
        await self._transaction.insert(first_links, link)

    async def get(self, id_: str) -> FirstLink | None:
        """By the hash of its secret."""
        row = await self._transaction.first(select(first_links).where(first_links.c.id == id_))
        return None if row is None else struct_of(FirstLink, row)

    async def clear(self) -> None:
        """None holds any more."""
        await self._transaction.write(delete(first_links))
