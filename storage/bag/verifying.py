"""A bag verified whole, without any database: the sealed record in it, then the bag around it, each byte read once."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from bridge.manifest import ordered_segments
from bridge.ports import ReadableObjects
from bridge.verification import MANIFEST_NAME, Fault, Verification, load_manifest
from storage.bag.checking import check_bag
from storage.bag.objects import BagObjects
from storage.bag.text import PAYLOAD

_MANIFEST = re.compile(rf"recordings/[^/]+/{re.escape(MANIFEST_NAME)}")

CheckRecord = Callable[[ReadableObjects, str], Awaitable[Verification]]
"""Checks the sealed record of a store by its manifest's key (:func:`bridge.verification.verify_recording`)."""


async def verify_bag(root: Path, check_record: CheckRecord) -> Verification:
    """Every fault of record and bag. Nothing is written, so the bag may lie on read-only media."""
    objects = BagObjects(root)
    keys = [key for key in await objects.keys() if _MANIFEST.fullmatch(key)]
    record = await check_record(objects, keys[0]) if len(keys) == 1 else _no_record(len(keys))
    known = await _known(objects, keys[0]) if record.holds else {}
    bag = await asyncio.to_thread(check_bag, root, known)
    return msgspec.structs.replace(record, objects=bag.files, bytes=bag.bytes, faults=(*record.faults, *bag.faults))


def _no_record(manifests: int) -> Verification:
    path = f"{PAYLOAD}recordings/ID/{MANIFEST_NAME}"
    return Verification("", 0, 0, (Fault(path, "presence", "1", str(manifests)),))


async def _known(objects: BagObjects, manifest_key: str) -> dict[str, str]:
    """Hashes by path of the segments: the record's check has read them all and found no fault. One that tells of a
    fault may have stopped early; then every file is read for the bag."""
    segments = ordered_segments((await load_manifest(objects, manifest_key)).tracks)
    return {PAYLOAD + segment.key: segment.sha256 for segment in segments}
