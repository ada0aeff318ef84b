"""A bag verified whole, without any database: the sealed record in it, then the bag around it, each byte read once."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from bridge.manifest import ordered_segments
from bridge.ports import ReadableObjects
from bridge.verification import MANIFEST_NAME, Fault, Verification, load_manifest
from storage.bag.checking import check_bag
from storage.bag.objects import BagObjects
from storage.bag.text import PAYLOAD

CheckRecord = Callable[[ReadableObjects, str], Awaitable[Verification]]
"""Checks the sealed record of a store by its manifest's key (:func:`bridge.verification.verify_recording`)."""


async def verify_bag(root: Path, check_record: CheckRecord) -> Verification:
    """Every fault of record and bag. Nothing is written, so the bag may lie on read-only media."""
    objects = BagObjects(root)
    record = await _record(objects, check_record)
    known = await _known(objects, record)
    bag = await asyncio.to_thread(check_bag, root, known)
    return msgspec.structs.replace(record, objects=bag.files, bytes=bag.bytes, faults=(*record.faults, *bag.faults))


async def _record(objects: BagObjects, check_record: CheckRecord) -> Verification:
    keys = await _manifest_keys(objects)
    if len(keys) == 1:
        return await check_record(objects, keys[0])
    path = f"{PAYLOAD}recordings/ID/{MANIFEST_NAME}"
    return Verification("", 0, 0, (Fault(path, "presence", "1", str(len(keys))),))


async def _manifest_keys(objects: BagObjects) -> list[str]:
    found = [stored.key async for stored in objects.list("recordings/")]
    return [key for key in found if key.endswith(f"/{MANIFEST_NAME}") and key.count("/") == 2]


async def _known(objects: BagObjects, record: Verification) -> dict[str, str]:
    """Hashes by path of the segments, when the record's check has read them all and found no fault."""
    if not record.holds:
        return {}  # who tells of a fault may have stopped early: every file is read for the bag
    [key] = await _manifest_keys(objects)
    segments = ordered_segments((await load_manifest(objects, key)).tracks)
    return {PAYLOAD + segment.key: segment.sha256 for segment in segments}
