"""Making, listing and revoking clients of the API: a right of set-up, each with its audit entry."""

from typing import NamedTuple

import msgspec

from bridge.clients import (
    PREFIX,
    SECRET_BYTES,
    SEEN_EVERY_NS,
    Client,
    ClientAccount,
    NewClient,
    account_id,
    hash_of,
    made,
)
from bridge.errors import NotFound
from bridge.ids import ClientId
from bridge.makers import acting
from bridge.policy import Actor
from bridge.ports import Clock, Entropy
from bridge.repositories import AuditEntry, UnitOfWork, UnitsOfWork
from bridge.setup import SettingUp, SetUp


class Handed(NamedTuple):
    """``secret`` is told this once."""

    client: Client
    secret: str


class Opened(NamedTuple):
    """A client that asks for something, and as who."""

    client: Client
    account: ClientAccount


class ClientDesk:
    """Each call asks the policy (set_up) about the client's agency."""

    def __init__(self, units: UnitsOfWork, clock: Clock, entropy: Entropy) -> None:
        self._units = units
        self._clock = clock
        self._entropy = entropy
        self._desk = SettingUp(units, clock, entropy)

    async def listing(self, actor: Actor) -> list[Client]:
        """Those of the actor's own part of the tree, the newest first."""

        async def read(setup: SetUp) -> list[Client]:
            part = {agency.id for agency in setup.tree.under(actor.agency)}
            return [one for one in await setup.unit.clients.all() if one.agency in part]

        return await self._desk.look(actor, read)

    async def make(self, actor: Actor, asked: NewClient) -> Handed:
        """Raises Invalid; NotFound for an agency outside of the actor's part of the tree."""
        secret, id_ = PREFIX + self._entropy.token(SECRET_BYTES), ClientId(self._entropy.id())

        async def work(setup: SetUp) -> Client:
            setup.agency(asked.agency)
            client = made(asked, setup.actor, id_, secret, self._clock.utc())
            await setup.unit.clients.put(client)
            told = f"{client.name}: {', '.join(sorted(client.actions))}"
            await self._note(setup.unit, actor, "make_client", client, told)
            return client

        return Handed(await self._desk.change(actor, work), secret)

    async def revoke(self, actor: Actor, client: ClientId) -> None:
        """At once; once more changes nothing. Raises NotFound."""

        async def work(setup: SetUp) -> None:
            found = await setup.unit.clients.get(client)
            if found is None:
                raise NotFound(detail=f"client {client}")
            setup.agency(found.agency)
            if found.revoked_utc_ns is None:
                after = msgspec.structs.replace(found, revoked_utc_ns=self._clock.utc())
                await setup.unit.clients.put(after)
                await self._note(setup.unit, actor, "revoke_client", found, found.name)

        await self._desk.change(actor, work)

    async def opened_by(self, secret: str) -> Opened | None:
        """The client this secret is of, noted as seen, and as who it acts now; None for one that is unknown, over or
        revoked, or whose maker is closed."""
        now = self._clock.utc()
        async with self._units.reading() as unit:
            client = await unit.clients.by_secret(hash_of(secret))
            account = await acting(unit, client, now)
        if client is None or account is None:
            return None
        if client.seen_utc_ns is None or now - client.seen_utc_ns > SEEN_EVERY_NS:
            async with self._units.writing() as unit:
                await unit.clients.touch(client.id, now)
                await unit.commit()
        return Opened(client, account)

    async def _note(self, unit: UnitOfWork, actor: Actor, action: str, client: Client, detail: str) -> None:
        what = f"client {account_id(client.id)}"
        await unit.audit.append(AuditEntry(self._clock.utc(), actor.account, action, what, "done", detail))
