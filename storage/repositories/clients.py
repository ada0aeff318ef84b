"""Programs that may use the API, and what their repeated requests were answered."""

from sqlalchemy import delete, select, update

from bridge.client_rows import KeptAnswer
from bridge.clients import Client
from bridge.ids import AccountId, ClientId
from storage.rows import struct_of
from storage.tables import clients, kept_answers
from storage.transaction import Transaction


class SqlClients:
    """:class:`bridge.client_rows.Clients`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def put(self, client: Client) -> None:
        """NotFound when its agency does not exist."""
        await self._transaction.put(clients, client)

    async def get(self, client: ClientId) -> Client | None:
        """None when there is none."""
        row = await self._transaction.first(select(clients).where(clients.c.id == client))
        return None if row is None else struct_of(Client, row)

    async def by_secret(self, secret_hash: str) -> Client | None:
        """Also one that was revoked or is over."""
        row = await self._transaction.first(select(clients).where(clients.c.secret_hash == secret_hash))
        return None if row is None else struct_of(Client, row)

    async def touch(self, client: ClientId, seen_utc_ns: int) -> None:
        """Used at that time."""
        await self._transaction.write(update(clients).where(clients.c.id == client).values(seen_utc_ns=seen_utc_ns))

    async def all(self) -> list[Client]:
        """Newest first, the revoked ones too."""
        order = (clients.c.made_utc_ns.desc(), clients.c.id)
        return [struct_of(Client, row) for row in await self._transaction.rows(select(clients).order_by(*order))]


class SqlKeptAnswers:
    """:class:`bridge.client_rows.KeptAnswers`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def take(self, reserved: KeptAnswer) -> KeptAnswer | None:
        """One writer at a time, so nothing comes between the question and the insert."""
        own = (kept_answers.c.owner == reserved.owner, kept_answers.c.key == reserved.key)
        row = await self._transaction.first(select(kept_answers).where(*own))
        if row is not None:
            return struct_of(KeptAnswer, row)
        await self._transaction.insert(kept_answers, reserved)
        return None

    async def put(self, answer: KeptAnswer) -> None:
        """Add, or replace."""
        await self._transaction.put(kept_answers, answer)

    async def remove(self, owner: AccountId, key: str) -> None:
        """The key is free again."""
        own = (kept_answers.c.owner == owner, kept_answers.c.key == key)
        await self._transaction.write(delete(kept_answers).where(*own))

    async def remove_older(self, made_before_utc_ns: int) -> int:
        """How many were removed."""
        return await self._transaction.write(
            delete(kept_answers).where(kept_answers.c.made_utc_ns < made_before_utc_ns)
        )
