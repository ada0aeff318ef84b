"""What storage keeps of the API's clients: the programs themselves, and what their repeated requests were answered."""

from typing import Protocol

import msgspec

from bridge.clients import Client
from bridge.ids import AccountId, ClientId


class Clients(Protocol):
    """Programs that may use the API."""

    async def put(self, client: Client) -> None:
        """Add, or replace that of the id."""
        ...

    async def get(self, client: ClientId) -> Client | None: ...

    async def by_secret(self, secret_hash: str) -> Client | None: ...

    async def touch(self, client: ClientId, seen_utc_ns: int) -> None: ...

    async def all(self) -> list[Client]:
        """Newest first."""
        ...


class KeptAnswer(msgspec.Struct, frozen=True):
    """What a request under an idempotency key was answered. ``owner``: who sent it; ``request``: hash of what was
    asked; ``status`` 0: it is still being done, or was broken off; ``answer``: enciphered."""

    owner: AccountId
    key: str
    request: str
    made_utc_ns: int
    status: int = 0
    answer: str = ""


class KeptAnswers(Protocol):
    async def take(self, reserved: KeptAnswer) -> KeptAnswer | None:
        """Adds it and gives None, or gives what is kept under its owner and key already."""
        ...

    async def put(self, answer: KeptAnswer) -> None:
        """Replace that of the owner and key."""
        ...

    async def remove(self, owner: AccountId, key: str) -> None: ...

    async def remove_older(self, made_before_utc_ns: int) -> int: ...
