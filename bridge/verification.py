"""Checks a sealed recording against its manifest, byte by byte, and collects every fault on the way."""

import hashlib
from collections.abc import Awaitable, Callable

import msgspec

from bridge.errors import MalformedInput, NotFound
from bridge.journal import parse_journal
from bridge.manifest import (
    Manifest,
    ManifestSegment,
    chain_faults,
    ordered_segments,
    parse_manifest,
)
from bridge.ports import ObjectStore

Progress = Callable[[int, int], Awaitable[None]]
"""Told (bytes checked, bytes in all) after each object."""


class Fault(msgspec.Struct, frozen=True):
    """One thing that is not as it should be. ``algorithm``: sha256 | size | chain | presence | form."""

    path: str
    algorithm: str
    expected: str
    found: str


class Verification(msgspec.Struct, frozen=True):
    """The result: what was checked and every fault. ``origin`` says what the check can say about who sealed it."""

    recording: str
    objects: int
    bytes: int
    faults: tuple[Fault, ...]
    origin: str = "unsigned"

    @property
    def holds(self) -> bool:
        """No fault at all."""
        return not self.faults


async def unheard(checked: int, total: int) -> None:
    """Nobody wants to know."""


async def read_whole(objects: ObjectStore, key: str, version: str | None = None) -> bytes:
    """A small object (manifest, journal) in one piece."""
    return b"".join([chunk async for chunk in objects.read(key, version)])


async def load_manifest(objects: ObjectStore, key: str, version: str | None = None) -> Manifest:
    """Raises NotFound, MalformedInput, Unavailable."""
    return parse_manifest(await read_whole(objects, key, version))


async def verify_recording(
    objects: ObjectStore,
    manifest_key: str,
    manifest_version: str | None = None,
    manifest_sha256: str | None = None,
    progress: Progress = unheard,
) -> Verification:
    """Every byte of a sealed recording. Raises Unavailable when the store is away; all else becomes faults.

    ``manifest_sha256`` is what the database remembers of the manifest, None when there is no database to ask.
    """
    try:
        text = await read_whole(objects, manifest_key, manifest_version)
    except NotFound:
        return Verification("", 1, 0, (Fault(manifest_key, "presence", "present", "missing"),))
    faults = _expect(manifest_key, "sha256", manifest_sha256, hashlib.sha256(text).hexdigest())
    try:
        manifest = parse_manifest(text)
    except MalformedInput as error:
        return Verification("", 1, len(text), (*faults, Fault(manifest_key, "form", "a manifest", str(error))))
    faults += [Fault(path, "chain", "continues the chain", "does not") for path in chain_faults(manifest)]
    found, read = await _check_objects(objects, manifest, manifest_key, progress)
    count = len(ordered_segments(manifest.tracks)) + 2
    return Verification(manifest.recording, count, len(text) + read, (*faults, *found))


def _expect(path: str, algorithm: str, expected: str | None, found: str) -> list[Fault]:
    if expected in (None, "", found):
        return []
    return [Fault(path, algorithm, str(expected), found)]


async def _check_objects(
    objects: ObjectStore, manifest: Manifest, manifest_key: str, progress: Progress
) -> tuple[list[Fault], int]:
    segments = ordered_segments(manifest.tracks)
    faults, read = await _check_journal(objects, manifest, manifest_key)
    total = read + sum(segment.bytes for segment in segments)
    await progress(read, total)
    for segment in segments:
        found, size = await _check_segment(objects, segment)
        faults += found
        read += size
        await progress(read, total)
    return faults, read


async def _check_segment(objects: ObjectStore, segment: ManifestSegment) -> tuple[list[Fault], int]:
    digest, size = hashlib.sha256(), 0
    try:
        async for chunk in objects.read(segment.key, segment.version or None):
            digest.update(chunk)
            size += len(chunk)
    except NotFound:
        return [Fault(segment.key, "presence", "present", "missing")], 0
    faults = _expect(segment.key, "size", str(segment.bytes), str(size))
    return faults + _expect(segment.key, "sha256", segment.sha256, digest.hexdigest()), size


async def _check_journal(objects: ObjectStore, manifest: Manifest, manifest_key: str) -> tuple[list[Fault], int]:
    key = journal_key(manifest_key.removesuffix(MANIFEST_NAME))
    try:
        text = await read_whole(objects, key)
        parse_journal(text)
    except NotFound:
        return [Fault(key, "presence", "present", "missing")], 0
    except MalformedInput as error:
        return [Fault(key, "form", "a journal", str(error))], 0
    return _expect(key, "sha256", manifest.journal_sha256, hashlib.sha256(text).hexdigest()), len(text)


MANIFEST_NAME = "manifest.json"


def manifest_key(prefix: str) -> str:
    """Where a recording's manifest lies."""
    return f"{prefix}{MANIFEST_NAME}"


def journal_key(prefix: str) -> str:
    """Where a recording's journal lies."""
    return f"{prefix}journal.jsonl"
