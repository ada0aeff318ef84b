"""What storage keeps of tries that failed: how fast one may go on, and which refusals come again and again."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from bridge.ids import UtcNs


class Tried(msgspec.Struct, frozen=True):
    """Mistakes under a key (who tries what from where), and when the last was. The rules say what they cost
    (:mod:`bridge.accounts`, :mod:`bridge.pace`)."""

    key: str
    mistakes: float
    at_utc_ns: UtcNs


class Tries(Protocol):
    """Mistakes of all web processes, over their restarts."""

    async def of(self, keys: Sequence[str]) -> Mapping[str, Tried]:
        """Those that are kept, by key."""
        ...

    async def put(self, tried: Tried) -> None: ...

    async def remove(self, key: str) -> None: ...

    async def forget(self, before_utc_ns: int, most: int) -> int:
        """Those whose last mistake was before that, and the oldest beyond so many. How many were removed."""
        ...


class Repeated(msgspec.Struct, frozen=True):
    """A refusal that is in the audit once since ``since_utc_ns``, and how often it came again since. ``source``: who
    or where from; the rest as in the entry."""

    key: str
    source: str
    since_utc_ns: int
    again: int
    actor: str
    action: str
    object: str
    outcome: str
    detail: str


class Repeats(Protocol):
    """Refusals of the last minute."""

    async def get(self, key: str) -> Repeated | None: ...

    async def put(self, repeated: Repeated) -> None: ...

    async def count(self, source: str | None = None) -> int:
        """Of one source, or of all."""
        ...

    async def outside(self, since_utc_ns: int, until_utc_ns: int) -> list[Repeated]:
        """Those that began before or after that span, oldest first."""
        ...

    async def remove(self, key: str) -> None: ...
