"""Browsers that entered by a code."""

from collections.abc import Collection

from sqlalchemy import delete, select, update

from bridge.ids import SessionId
from bridge.invitations import GuestVisit
from storage.rows import portions, struct_of
from storage.tables import invitations, visits
from storage.transaction import Transaction


class SqlVisits:
    """:class:`bridge.reception_rows.Visits`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, visit: GuestVisit) -> None:
        """Conflict when the id exists."""
        await self._transaction.insert(visits, visit)

    async def get(self, id_: SessionId) -> GuestVisit | None:
        """None when it is over."""
        row = await self._transaction.first(select(visits).where(visits.c.id == id_))
        return None if row is None else struct_of(GuestVisit, row)

    async def seen(self, ids: Collection[SessionId]) -> dict[SessionId, int]:
        """Of those whose invitation stands."""
        found: dict[SessionId, int] = {}
        invited = visits.join(
            invitations, (visits.c.seat == invitations.c.seat) & (visits.c.mark == invitations.c.mark)
        )
        for some in portions(sorted(ids)):
            rows = select(visits.c.id, visits.c.seen_utc_ns).select_from(invited).where(visits.c.id.in_(some))
            found |= {SessionId(row["id"]): row["seen_utc_ns"] for row in await self._transaction.rows(rows)}
        return found

    async def touch(self, id_: SessionId, seen_utc_ns: int) -> None:
        """No fault when it is gone."""
        await self._transaction.write(update(visits).where(visits.c.id == id_).values(seen_utc_ns=seen_utc_ns))

    async def remove(self, id_: SessionId) -> bool:
        """False when it was gone already."""
        return await self._transaction.write(delete(visits).where(visits.c.id == id_)) > 0

    async def remove_older(self, seen_before_utc_ns: int) -> int:
        """How many were removed."""
        return await self._transaction.write(delete(visits).where(visits.c.seen_utc_ns < seen_before_utc_ns))
