"""Who can sign in."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import ColumnElement, bindparam, func, select, update

from bridge.errors import NotFound
from bridge.finding import AccountFilter
from bridge.ids import AccountId
from bridge.model import Account
from storage.among import among
from storage.rows import begins, columns_of, portions, searched, struct_of
from storage.tables import accounts
from storage.transaction import Columns, Transaction

_BY_ID = select(accounts).where(accounts.c.id == bindparam("of"))


class SqlAccounts:
    """:class:`bridge.people_rows.Accounts`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, account: Account) -> None:
        """Conflict when the login or id exists, NotFound when its agency or point does not."""
        await self._transaction.insert_columns(accounts, [_columns(account)])

    async def replace(self, account: Account) -> None:
        """Raises NotFound; Conflict when the new login is another's."""
        same = update(accounts).where(accounts.c.id == account.id)
        if not await self._transaction.write(same.values(_columns(account))):
            raise NotFound(detail=f"account {account.id}")

    async def get(self, account: AccountId) -> Account:
        """Raises NotFound."""
        row = await self._transaction.first(_BY_ID, {"of": account})
        if row is None:
            raise NotFound(detail=f"account {account}")
        return struct_of(Account, row)

    async def those(self, asked: Collection[AccountId]) -> Mapping[AccountId, Account]:
        """By id; who is not there is not in it."""
        rows: list[Columns] = []
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

    async def find(self, asked: AccountFilter, after: str, limit: int) -> list[Account]:
        """A page in order of login."""
        found = select(accounts).where(*_held(asked), accounts.c.login > after)
        rows = await self._transaction.rows(found.order_by(accounts.c.login).limit(limit))
        return [struct_of(Account, row) for row in rows]

    async def count(self, asked: AccountFilter) -> int:
        """How many there are in all."""
        row = await self._transaction.first(select(func.count().label("found")).where(*_held(asked)))
        return int(row["found"]) if row else 0


def _columns(account: Account) -> dict[str, object]:
    return columns_of(account) | {"words": searched(account.name, account.login)}


def _held(asked: AccountFilter) -> Iterable[ColumnElement[bool]]:
    if asked.agencies is not None:
        yield among(accounts.c.agency, asked.agencies)
    if asked.disabled is not None:
        yield accounts.c.disabled == asked.disabled
    yield from begins(accounts.c.words, asked.words)
