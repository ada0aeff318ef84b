"""Locking what a sealed recording consists of: hundreds of objects, several at a time."""

import asyncio
from collections.abc import Iterable

from bridge.errors import Code, Refusal
from bridge.ports import ObjectStore

AT_ONCE = 8
"""As many as a store serves side by side; more would only wait in its queue."""

Version = tuple[str, str]
"""(key, version) of an object."""


async def retain_all(objects: ObjectStore, wanted: Iterable[Version], until_utc_ns: int) -> None:
    """Each is kept at least as long. The first failure ends it and is raised; what was lengthened stays so."""
    left = iter(wanted)

    async def lane() -> None:
        for key, version in left:
            await retain(objects, key, version, until_utc_ns)

    lanes = [asyncio.create_task(lane()) for _ in range(AT_ONCE)]
    try:
        await asyncio.gather(*lanes)
    finally:
        for task in lanes:
            task.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)


async def retain(objects: ObjectStore, key: str, version: str, until_utc_ns: int) -> None:
    """At least so long; what is locked for longer already stays so, but from here on for good: a lock that was
    lengthened nobody can break, one that was only put the store's owner can (MinIO)."""
    try:
        await objects.extend_retention(key, version, until_utc_ns)
    except Refusal as refusal:
        if refusal.code is not Code.OBJECT_LOCKED:
            raise
        await _confirm(objects, key, version, until_utc_ns)


async def _confirm(objects: ObjectStore, key: str, version: str, until_utc_ns: int) -> None:
    """It is locked for longer than was asked."""
    stored = await objects.stat(key, version)
    wanted = max(until_utc_ns, stored.retain_until_utc_ns)
    try:
        await objects.extend_retention(key, stored.version, wanted)
    except Refusal as refusal:
        lengthened = await objects.stat(key, stored.version)
        if refusal.code is not Code.OBJECT_LOCKED or lengthened.retain_until_utc_ns < wanted:
            raise
        # another sealer lengthened it further between our look and our asking
