"""Locking what a sealed recording consists of: a thousand objects, several at a time, on whichever store."""

import asyncio
from collections.abc import Iterable

from bridge.errors import Code, Refusal
from bridge.ports import ObjectStore, ObjectVersion

AT_ONCE = 8
"""As many as a store serves side by side; more would only wait in its queue."""


async def retain_all(objects: ObjectStore, wanted: Iterable[ObjectVersion], until_utc_ns: int) -> None:
    """As :meth:`bridge.ports.ObjectStore.retain_all` says; through the store's own ``extend_retention``."""
    left = iter(wanted)

    async def lane() -> None:
        for key, version in left:
            await _retain(objects, key, version, until_utc_ns)

    lanes = [asyncio.create_task(lane()) for _ in range(AT_ONCE)]
    try:
        await asyncio.gather(*lanes)
    finally:
        for task in lanes:
            task.cancel()
        await asyncio.gather(*lanes, return_exceptions=True)


async def _retain(objects: ObjectStore, key: str, version: str, until_utc_ns: int) -> None:
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
