"""Checks a sealed recording against its manifest, byte by byte, and collects every fault on the way.

What is checked, in this order: the manifest (its hash, when somebody remembers it; its form; its chain), the signature
over it and who made it, the recorder's journal, every segment. Objects are read by the versions that the manifest and
the database name: what came to lie over them on the same key hides nothing.
"""

import hashlib
from collections.abc import Awaitable, Callable

import msgspec

from bridge.errors import Code, Invalid, MalformedInput, NotFound, Refusal
from bridge.faults import Fault
from bridge.journal import parse_journal
from bridge.manifest import Manifest, ManifestSegment, chain_faults, ordered_segments, parse_manifest
from bridge.model import RecordingRow
from bridge.ports import ReadableObjects
from bridge.signing import Finding, KeyId, ManifestSignature, Origin, SignatureChecker, Trust, parse_signature, shown

Progress = Callable[[int, int], Awaitable[None]]
"""Told (done, in all): bytes after each object, or entries of a chain."""


ABSENT = (NotFound, Invalid)
"""What a store says of an object that it does not have, or cannot have: a changed record may name any key at all."""


class Verification(msgspec.Struct, frozen=True):
    """The result: what was checked and every fault. ``origin``: what it can say about who sealed; ``signed_by``: id of
    the key that the signature names, empty without one; ``signer``: the subject of its certificate, if it has one;
    ``declared``: faults of a bag that are there exactly as its export declared them (:mod:`bridge.damage`)."""

    recording: str
    objects: int
    bytes: int
    faults: tuple[Fault, ...]
    origin: Origin = Origin.UNSIGNED
    signed_by: str = ""
    signer: str = ""
    declared: tuple[Fault, ...] = ()

    @property
    def holds(self) -> bool:
        """No fault at all."""
        return not self.faults and not self.declared


class Remembered(msgspec.Struct, frozen=True):
    """What a database says of a sealed recording; all empty when there is none to ask."""

    manifest_version: str = ""
    manifest_sha256: str = ""
    signature_version: str = ""
    signed_by: str = ""


class Judge(msgspec.Struct, frozen=True):
    """Who looks at signatures, and whom the verifier trusts; ``trust`` None: that is not asked."""

    checker: SignatureChecker
    trust: Trust | None = None


async def unheard(checked: int, total: int) -> None:
    """Nobody wants to know."""


async def read_whole(objects: ReadableObjects, key: str, version: str | None = None) -> bytes:
    """A small object (manifest, signature, journal) in one piece."""
    return b"".join([chunk async for chunk in objects.read(key, version)])


async def load_manifest(objects: ReadableObjects, key: str, version: str | None = None) -> Manifest:
    """Raises NotFound, Invalid (see :data:`ABSENT`), MalformedInput, Unavailable."""
    return parse_manifest(await read_whole(objects, key, version))


async def verify_recording(
    objects: ReadableObjects,
    manifest_key: str,
    judge: Judge,
    remembered: Remembered | None = None,
    progress: Progress = unheard,
) -> Verification:
    """Every byte of a sealed recording. Raises Unavailable when the store is away; all else becomes faults."""
    known = remembered or Remembered()
    prefix = manifest_key.removesuffix(MANIFEST_NAME)
    try:
        text = await read_whole(objects, manifest_key, known.manifest_version or None)
    except ABSENT as error:
        return Verification("", 1, 0, (_absent(manifest_key, error),))
    digest = hashlib.sha256(text).hexdigest()
    faults = _expect(manifest_key, "sha256", known.manifest_sha256 or digest, digest)
    try:
        manifest = parse_manifest(text)
    except MalformedInput as error:
        faults.append(Fault(manifest_key, "form", "a manifest", str(error)))
        manifest = None
    signed = await _check_signature(objects, signature_key(prefix), judge, known, text, manifest)
    faults += signed.faults
    read = len(text) + signed.bytes
    if manifest is None:
        return _result("", 1 + signed.objects, read, faults, signed)
    faults += [Fault(path, "chain", "continues the chain", "does not") for path in chain_faults(manifest)]
    found, size = await _check_objects(objects, manifest, journal_key(prefix), progress)
    count = len(ordered_segments(manifest.tracks)) + 2 + signed.objects
    return _result(manifest.recording, count, read + size, [*faults, *found], signed)


def remembered_of(row: RecordingRow) -> Remembered:
    """What the archive's list says of it."""
    return Remembered(row.manifest_version, row.manifest_sha256, row.signature_version, row.signed_by)


def _absent(path: str, error: Refusal) -> Fault:
    """It is not there, or cannot be read."""
    return Fault(path, "presence", "present", "missing" if error.code is Code.NOT_FOUND else str(error))


def _expect(path: str, algorithm: str, expected: str, found: str) -> list[Fault]:
    return [] if expected == found else [Fault(path, algorithm, expected, found)]


# ── the signature ────────────────────────────────────────────────────────────────────────────────────────────────


class _Signed(msgspec.Struct, frozen=True):
    objects: int
    bytes: int
    faults: list[Fault]
    origin: Origin
    signed_by: str = ""
    signer: str = ""


def _result(recording: str, objects: int, read: int, faults: list[Fault], signed: _Signed) -> Verification:
    return Verification(recording, objects, read, tuple(faults), signed.origin, signed.signed_by, signed.signer)


async def _check_signature(
    objects: ReadableObjects, key: str, judge: Judge, known: Remembered, text: bytes, manifest: Manifest | None
) -> _Signed:
    try:
        body = await read_whole(objects, key, known.signature_version or None)
    except ABSENT as error:
        wanted = known.signed_by or known.signature_version or judge.trust is not None
        missing = [_absent(key, error)] if wanted else []
        return _Signed(0, 0, missing, Origin.UNSIGNED)
    try:
        signature = parse_signature(body)
    except MalformedInput as error:
        return _Signed(1, len(body), [Fault(key, "form", "a signature", str(error))], Origin.BROKEN)
    finding = judge.checker.check(signature, text, judge.trust, manifest.sealed_utc_ns if manifest else 0)
    return _judged(key, len(body), signature, finding, known)


def _judged(key: str, size: int, signature: ManifestSignature, finding: Finding, known: Remembered) -> _Signed:
    faults = [Fault(key, fault.what, fault.expected, fault.found) for fault in finding.faults]
    if known.signed_by and known.signed_by != signature.key:
        faults.append(Fault(key, "key", shown(KeyId(known.signed_by)), shown(signature.key)))
    return _Signed(1, size, faults, finding.origin, signature.key, finding.signer)


# ── what the manifest lists ──────────────────────────────────────────────────────────────────────────────────────


async def _check_objects(
    objects: ReadableObjects, manifest: Manifest, journal: str, progress: Progress
) -> tuple[list[Fault], int]:
    segments = ordered_segments(manifest.tracks)
    faults, read = await _check_journal(objects, manifest, journal)
    total = read + sum(segment.bytes for segment in segments)
    await progress(read, total)
    for segment in segments:
        found, size = await _check_segment(objects, segment)
        faults += found
        read += size
        await progress(read, total)
    return faults, read


async def _check_segment(objects: ReadableObjects, segment: ManifestSegment) -> tuple[list[Fault], int]:
    digest, size = hashlib.sha256(), 0
    try:
        async for chunk in objects.read(segment.key, segment.version or None):
            digest.update(chunk)
            size += len(chunk)
    except ABSENT as error:
        return [_absent(segment.key, error)], 0
    return segment_faults(segment, size, digest.hexdigest()), size


def segment_faults(segment: ManifestSegment, size: int, sha256: str) -> list[Fault]:
    """Of what was read in its place."""
    faults = _expect(segment.key, "size", str(segment.bytes), str(size))
    return faults + _expect(segment.key, "sha256", segment.sha256, sha256)


def missing(path: str) -> Fault:
    """Nothing is in its place."""
    return Fault(path, "presence", "present", "missing")


async def _check_journal(objects: ReadableObjects, manifest: Manifest, key: str) -> tuple[list[Fault], int]:
    try:
        text = await read_whole(objects, key, manifest.journal_version or None)
        parse_journal(text)
    except ABSENT as error:
        return [_absent(key, error)], 0
    except MalformedInput as error:
        return [Fault(key, "form", "a journal", str(error))], 0
    return _expect(key, "sha256", manifest.journal_sha256, hashlib.sha256(text).hexdigest()), len(text)


MANIFEST_NAME = "manifest.json"


def manifest_key(prefix: str) -> str:
    """Where a recording's manifest lies."""
    return f"{prefix}{MANIFEST_NAME}"


def signature_key(prefix: str) -> str:
    """Where the signature over its manifest lies."""
    return f"{prefix}signature.json"


def journal_key(prefix: str) -> str:
    """Where a recording's journal lies."""
    return f"{prefix}journal.jsonl"
