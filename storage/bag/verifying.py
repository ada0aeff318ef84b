"""A bag verified whole, without any database: the sealed record in it, then the bag around it, each byte read once."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from bridge.errors import MalformedInput, NotFound
from bridge.forms import MATROSKA, browser_form_key, same_frames
from bridge.manifest import ManifestSegment, ordered_segments
from bridge.ports import ReadableObjects
from bridge.verification import MANIFEST_NAME, Fault, Verification, load_manifest, read_whole
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
    segments = await _segments(objects, keys)
    # who tells of a fault may have stopped early: then every file is read for the bag
    known = {PAYLOAD + segment.key: segment.sha256 for segment in segments} if record.holds else {}
    bag = await asyncio.to_thread(check_bag, root, known)
    told = {fault.path for fault in bag.faults}
    forms = [fault async for fault in _form_faults(objects, segments) if fault.path not in told]
    faults = (*record.faults, *bag.faults, *forms)
    return msgspec.structs.replace(record, objects=bag.files, bytes=bag.bytes, faults=faults)


def _no_record(manifests: int) -> Verification:
    path = f"{PAYLOAD}recordings/ID/{MANIFEST_NAME}"
    return Verification("", 0, 0, (Fault(path, "presence", "1", str(manifests)),))


async def _segments(objects: BagObjects, keys: Sequence[str]) -> list[ManifestSegment]:
    """None when there is no manifest that can be read, of which the record's own check tells."""
    if len(keys) != 1:
        return []
    try:
        return ordered_segments((await load_manifest(objects, keys[0])).tracks)
    except (NotFound, MalformedInput):
        return []


async def _form_faults(objects: BagObjects, segments: Iterable[ManifestSegment]) -> AsyncIterator[Fault]:
    """Of forms for browsers, which nobody signed: each shows the frames of its master. One that is missing is told by
    the bag's list."""
    for segment in segments:
        if segment.container != MATROSKA:
            continue
        key = browser_form_key(segment.key)
        try:
            master, form = await read_whole(objects, segment.key), await read_whole(objects, key)
        except NotFound:
            continue
        if not await asyncio.to_thread(same_frames, master, form):
            yield Fault(PAYLOAD + key, "frames", f"those of {PAYLOAD}{segment.key}", "others")
