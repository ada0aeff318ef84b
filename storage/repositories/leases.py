"""Who runs what, for a limited time."""

from sqlalchemy import ColumnElement, delete, or_, select, update

from bridge.repositories import Lease
from storage.rows import struct_of
from storage.tables import leases
from storage.transaction import Transaction


class SqlLeases:
    """:class:`bridge.repositories.Leases`. Units that write follow one another, so two cannot both find it free."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def take(self, name: str, owner: str, now_utc_ns: int, until_utc_ns: int) -> Lease:
        """The lease after the attempt. One that ends exactly now has run out."""
        wanted = Lease(name, owner, until_utc_ns)
        free = _free_for(owner, now_utc_ns)
        taken = await self._transaction.write(
            update(leases).where(leases.c.name == name, free).values(owner=owner, until_utc_ns=until_utc_ns)
        )
        if taken:
            return wanted
        if (other := await self.of(name)) is not None:
            return other
        await self._transaction.insert(leases, wanted)
        return wanted

    async def of(self, name: str) -> Lease | None:
        """Also one that ran out."""
        row = await self._transaction.first(select(leases).where(leases.c.name == name))
        return None if row is None else struct_of(Lease, row)

    async def release(self, name: str, owner: str) -> None:
        """Nothing happens when it is another's."""
        await self._transaction.write(delete(leases).where(leases.c.name == name, leases.c.owner == owner))

    async def free_for(self, owner: str, now_utc_ns: int) -> list[Lease]:
        """By name."""
        rows = await self._transaction.rows(select(leases).where(_free_for(owner, now_utc_ns)).order_by(leases.c.name))
        return [struct_of(Lease, row) for row in rows]


def _free_for(owner: str, now_utc_ns: int) -> ColumnElement[bool]:
    return or_(leases.c.owner == owner, leases.c.until_utc_ns <= now_utc_ns)
