"""Mistakes at the doors, kept in the database: they count in every web process, and over a restart."""

from bridge.accounts import FORGET_NS, MAX_TRIES
from bridge.ids import UtcNs
from bridge.repositories import UnitOfWork
from bridge.trying_rows import Tried


async def keep_tried(unit: UnitOfWork, now: UtcNs, *tried: Tried) -> None:
    """These, and of the others what is not forgotten by now."""
    for one in tried:
        await unit.tries.put(one)
    await unit.tries.forget(now - FORGET_NS, MAX_TRIES)
