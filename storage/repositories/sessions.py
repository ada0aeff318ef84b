"""Signed-in browsers."""

from collections.abc import Collection, Mapping

from sqlalchemy import bindparam, delete, select, update

from bridge.ids import AccountId, SessionId
from bridge.model import Account, Session
from storage.rows import portions, struct_of
from storage.tables import accounts, sessions
from storage.transaction import Transaction

_OWNER = "account."
_OPENED = (
    select(sessions, *(column.label(f"{_OWNER}{column.name}") for column in accounts.c))
    .join(accounts, accounts.c.id == sessions.c.account)
    .where(sessions.c.id == bindparam("of"))
)


class SqlSessions:
    """:class:`bridge.people_rows.Sessions`. Touching or removing one that is gone changes nothing."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, session: Session) -> None:
        """Conflict when the id exists, NotFound when its account does not."""
        await self._transaction.insert(sessions, session)

    async def get(self, session: SessionId) -> Session | None:
        """The session, or None when it ended."""
        row = await self._transaction.first(select(sessions).where(sessions.c.id == session))
        return None if row is None else struct_of(Session, row)

    async def opened(self, session: SessionId) -> tuple[Session, Account] | None:
        """With its account."""
        row = await self._transaction.first(_OPENED, {"of": session})
        if row is None:
            return None
        owner = {name.removeprefix(_OWNER): value for name, value in row.items() if name.startswith(_OWNER)}
        return struct_of(Session, row), struct_of(Account, owner)

    async def seen(self, asked: Collection[SessionId]) -> Mapping[SessionId, int]:
        """When each was seen last."""
        found: dict[SessionId, int] = {}
        for some in portions(asked):
            query = select(sessions.c.id, sessions.c.seen_utc_ns).where(sessions.c.id.in_(some))
            found |= {SessionId(row["id"]): row["seen_utc_ns"] for row in await self._transaction.rows(query)}
        return found

    async def touch(self, session: SessionId, seen_utc_ns: int) -> None:
        """Seen at that time."""
        await self._transaction.write(update(sessions).where(sessions.c.id == session).values(seen_utc_ns=seen_utc_ns))

    async def remove(self, session: SessionId) -> None:
        """Signed out."""
        await self._transaction.write(delete(sessions).where(sessions.c.id == session))

    async def of(self, account: AccountId) -> list[Session]:
        """Seen last first."""
        order = (sessions.c.seen_utc_ns.desc(), sessions.c.id)
        rows = await self._transaction.rows(select(sessions).where(sessions.c.account == account).order_by(*order))
        return [struct_of(Session, row) for row in rows]

    async def remove_of(self, account: AccountId, but: SessionId | None = None) -> int:
        """How many were removed."""
        others = delete(sessions).where(sessions.c.account == account)
        return await self._transaction.write(others if but is None else others.where(sessions.c.id != but))

    async def remove_older(self, seen_before_utc_ns: int) -> int:
        """How many were removed."""
        return await self._transaction.write(delete(sessions).where(sessions.c.seen_utc_ns < seen_before_utc_ns))
