"""Codes by which people without an account enter, one per seat."""

from sqlalchemy import delete, select

from bridge.ids import ReceptionId, SeatId
from bridge.invitations import Invitation
from storage.rows import struct_of
from storage.tables import invitations
from storage.transaction import Transaction


class SqlInvitations:
    """:class:`bridge.reception_rows.Invitations`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def put(self, invited: Invitation) -> None:
        """Add, or replace that of the seat. Conflict when another seat has the mark."""
        await self._transaction.put(invitations, invited)

    async def by_mark(self, mark: str) -> Invitation | None:
        """None when no seat has it."""
        row = await self._transaction.first(select(invitations).where(invitations.c.mark == mark))
        return None if row is None else struct_of(Invitation, row)

    async def of_reception(self, reception: ReceptionId) -> list[Invitation]:
        """By seat."""
        wanted = select(invitations).where(invitations.c.reception == reception).order_by(invitations.c.seat)
        return [struct_of(Invitation, row) for row in await self._transaction.rows(wanted)]

    async def remove(self, seat: SeatId) -> bool:
        """False when there was none."""
        return await self._transaction.write(delete(invitations).where(invitations.c.seat == seat)) > 0
