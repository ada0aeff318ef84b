"""Who can sign in."""

from collections.abc import Collection, Mapping

from sqlalchemy import RowMapping, select

from bridge.errors import NotFound
from bridge.ids import AccountId
from bridge.model import Account
from storage.rows import portions, struct_of
from storage.tables import accounts
from storage.transaction import Transaction


class SqlAccounts:
    """:class:`bridge.repositories.Accounts`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, account: Account) -> None:
        """Conflict when the login or id exists, NotFound when its agency or point does not."""
        await self._transaction.insert(accounts, account)

    async def replace(self, account: Account) -> None:
        """Raises NotFound; Conflict when the new login is another's."""
        if not await self._transaction.replace(accounts, account):
            raise NotFound(detail=f"account {account.id}")

    async def get(self, account: AccountId) -> Account:
        """Raises NotFound."""
        row = await self._transaction.first(select(accounts).where(accounts.c.id == account))
        if row is None:
            raise NotFound(detail=f"account {account}")
        return struct_of(Account, row)

    async def those(self, asked: Collection[AccountId]) -> Mapping[AccountId, Account]:
        """By id; who is not there is not in it."""
        rows: list[RowMapping] = []
        for some in portions(asked):
            rows += await self._transaction.rows(select(accounts).where(accounts.c.id.in_(some)))
        found = [struct_of(Account, row) for row in rows]
        return {account.id: account for account in found}

    async def by_login(self, login: str) -> Account | None:
        """The account with exactly this login."""
        row = await self._transaction.first(select(accounts).where(accounts.c.login == login))
        return None if row is None else struct_of(Account, row)

    async def all(self) -> list[Account]:
        """In order of login."""
        rows = await self._transaction.rows(select(accounts).order_by(accounts.c.login))
        return [struct_of(Account, row) for row in rows]
