"""Sign-ins between the password and the session."""

from sqlalchemy import delete, select

from bridge.ids import AccountId, SessionId
from bridge.model import SignInUnderWay
from storage.rows import struct_of
from storage.tables import sign_ins
from storage.transaction import Transaction


class SqlSignIns:
    """:class:`bridge.people_rows.SignIns`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, begun: SignInUnderWay) -> None:
        """Conflict when the id exists, NotFound when its account does not."""
        await self._transaction.insert(sign_ins, begun)

    async def get(self, id_: SessionId) -> SignInUnderWay | None:
        """None when it is over."""
        row = await self._transaction.first(select(sign_ins).where(sign_ins.c.id == id_))
        return None if row is None else struct_of(SignInUnderWay, row)

    async def remove(self, id_: SessionId) -> bool:
        """False when it was gone already."""
        return await self._transaction.write(delete(sign_ins).where(sign_ins.c.id == id_)) > 0

    async def remove_of(self, account: AccountId) -> int:
        """How many were removed."""
        return await self._transaction.write(delete(sign_ins).where(sign_ins.c.account == account))

    async def remove_older(self, made_before_utc_ns: int) -> int:
        """How many were removed."""
        return await self._transaction.write(delete(sign_ins).where(sign_ins.c.made_utc_ns < made_before_utc_ns))
