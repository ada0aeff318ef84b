"""As who a client of the API acts now: never more than its maker is at this moment, asked at each request."""

from bridge.accounts import actor_of
from bridge.clients import Client, ClientAccount, account_of, client_id, holds
from bridge.errors import NotFound
from bridge.ids import UtcNs
from bridge.policy import Actor
from bridge.repositories import UnitOfWork

_GENERATIONS = 8
"""Clients may make clients; a longer line of them is nobody's any more."""


async def acting(unit: UnitOfWork, client: Client | None, now: UtcNs, left: int = _GENERATIONS) -> ClientAccount | None:
    """None when there is none, when it is over, or when its maker is gone or closed."""
    if client is None or not holds(client, now) or not left:
        return None
    maker = await _maker(unit, client, now, left - 1)
    return None if maker is None else account_of(client, maker)


async def _maker(unit: UnitOfWork, client: Client, now: UtcNs, left: int) -> Actor | None:
    of_client = client_id(client.made_by)
    if of_client is not None:
        made_by = await acting(unit, await unit.clients.get(of_client), now, left)
        return None if made_by is None else actor_of(made_by, await unit.organisation.below(made_by.agency))
    try:
        account = await unit.accounts.get(client.made_by)
    except NotFound:
        return None
    return None if account.disabled else actor_of(account, await unit.organisation.below(account.agency))
