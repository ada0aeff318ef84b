"""A bag verified whole, without any database: the sealed record in it, then the bag around it, each byte read once."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from bridge.damage import DAMAGE_NAME, against_declared
from bridge.errors import MalformedInput, NotFound
from bridge.faults import Fault
from bridge.forms import MATROSKA, browser_form_key, same_frames
from bridge.manifest import ManifestSegment, ordered_segments
from bridge.ports import ReadableObjects
from bridge.verification import MANIFEST_NAME, Verification, journal_key, load_manifest, read_whole, signature_key
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
    others = [
        *await _stray_faults(objects, keys, segments),
        *[fault async for fault in _form_faults(objects, segments)],
    ]
    faults = (*record.faults, *bag.faults, *(fault for fault in others if fault.path not in told))
    declared = against_declared(faults, record.recording, await asyncio.to_thread(_damage, root))
    return msgspec.structs.replace(
        record, objects=bag.files, bytes=bag.bytes, faults=declared.faults, declared=declared.declared
    )


def _damage(root: Path) -> bytes | None:
    """A link or a pipe in its place, and what cannot be read, the check of the bag tells."""
    path = root / DAMAGE_NAME
    if not path.is_file() or path.is_symlink():
        return None
    try:
        return path.read_bytes()
    except OSError:
        return None


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


async def _stray_faults(objects: BagObjects, keys: Sequence[str], segments: Sequence[ManifestSegment]) -> list[Fault]:
    """Of files among the payload that neither the signed manifest names nor a form's comparison covers: whoever has the
    bag can list them, nobody sealed them. None without a manifest that can be read, which is told already."""
    if not segments or len(keys) != 1:
        return []
    prefix = keys[0].removesuffix(MANIFEST_NAME)
    sealed = {keys[0], journal_key(prefix), signature_key(prefix), *(segment.key for segment in segments)}
    sealed |= {browser_form_key(segment.key) for segment in segments if segment.container == MATROSKA}
    strays = (key for key in await objects.keys() if key not in sealed)
    return [Fault(PAYLOAD + key, "presence", "not in the record", "present") for key in strays]


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
