"""Export: a sealed recording leaves the house as a bag, checked byte by byte on its way out.

Who reads it and what for is written before the first byte is copied. A damaged manifest, journal or signature is not
handed on: the export stops at it, and nothing is left in the bag's place. A damaged segment goes with the rest as it is
now, or is missing, and the bag declares it (:mod:`bridge.damage`).
"""

from collections.abc import AsyncIterator, Mapping

import msgspec

from bridge.archive import AccessEvent, AccessKind
from bridge.damage import DAMAGE_NAME, serialise_damage
from bridge.errors import Code, Invalid, MalformedInput, NotFound, Refusal
from bridge.faults import Fault
from bridge.forms import MATROSKA, browser_form_key, same_frames
from bridge.handover import Handover, bag_info
from bridge.ids import AccountId, RecordingId, UtcNs
from bridge.manifest import Manifest, ManifestSegment, ordered_segments, parse_manifest, total_bytes
from bridge.model import RecordingRow
from bridge.policy import Action, Actor, Concern, authorise
from bridge.ports import Bag, BagPages, Clock, ObjectStore, Remuxer
from bridge.repositories import AuditEntry, UnitsOfWork
from bridge.signing import Origin, SignatureChecker, parse_signature
from bridge.verification import ABSENT, Progress, missing, read_whole, segment_faults, unheard

MAX_PURPOSE = 300


class ExportRequest(msgspec.Struct, frozen=True):
    """Who asks (``reader``: who gets it, where that is somebody else's hand) for which recording, and what for."""

    actor: Actor
    recording: RecordingId
    purpose: str
    reader: AccountId | None = None

    @property
    def account(self) -> AccountId:
        """Whom the log names."""
        return self.reader or self.actor.account


class Exported(msgspec.Struct, frozen=True):
    """What was written. ``unplayable``: masters of which no form for browsers could be made (they are there, whole);
    ``damage``: what is not as it was sealed, as the bag declares it."""

    recording: RecordingId
    files: int
    bytes: int
    manifest_sha256: str
    signed_by: str
    unplayable: tuple[str, ...]
    damage: tuple[Fault, ...]


class _Copied(msgspec.Struct, frozen=True):
    unplayable: tuple[str, ...]
    damage: tuple[Fault, ...]


class Exporting:
    """The service: from the object store into a bag."""

    def __init__(
        self,
        units: UnitsOfWork,
        objects: ObjectStore,
        checker: SignatureChecker,
        remuxer: Remuxer,
        pages: BagPages,
        clock: Clock,
        software: str,
    ) -> None:
        self._units = units
        self._objects = objects
        self._checker = checker
        self._remuxer = remuxer
        self._pages = pages
        self._clock = clock
        self._software = software

    async def export(self, request: ExportRequest, bag: Bag, progress: Progress = unheard) -> Exported:
        """Raises Invalid(field=purpose), NotFound, NotPermitted, Refusal(object_damaged), Unavailable, NotExported."""
        purpose = request.purpose.strip()
        if not 0 < len(purpose) <= MAX_PURPOSE:
            raise Invalid(detail=f"a purpose of at most {MAX_PURPOSE} characters is needed", field="purpose")
        async with bag:
            at = self._clock.utc()
            row = await self._admitted(request, purpose, at)
            manifest = await self._copy_record(row, bag)
            await bag.expect(expected_bytes(manifest))
            copied = await self._copy_segments(manifest, bag, progress)
            handover = Handover(
                manifest=manifest,
                manifest_sha256=row.manifest_sha256,
                signed_by=row.signed_by if row.signature_key else "",
                at_utc_ns=at,
                purpose=purpose,
                software=self._software,
                bytes=total_bytes(manifest.tracks),
                unplayable=copied.unplayable,
                damage=copied.damage,
            )
            files = await bag.finish(self._tags(handover), bag_info(handover))
        size = sum(file.bytes for file in files)
        told = (row.manifest_sha256, handover.signed_by, copied.unplayable, copied.damage)
        return Exported(row.id, len(files), size, *told)

    def _tags(self, handover: Handover) -> Mapping[str, bytes]:
        pages = self._pages.pages(handover)
        if not handover.damage:
            return pages
        return {**pages, DAMAGE_NAME: serialise_damage(handover.manifest.recording, handover.damage)}

    # ── who may ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _admitted(self, request: ExportRequest, purpose: str, at: UtcNs) -> RecordingRow:
        """The row, once the reading is written down; a refusal is written down too."""
        async with self._units.writing() as unit:
            row = await unit.recordings.get(request.recording)
            concern = Concern(f"recording {row.id}", row.agency)
            entry = AuditEntry(at, request.account, str(Action.EXPORT_RECORDING), concern.name, "done", purpose)
            refused: Refusal | None = None
            try:
                authorise(request.actor, Action.EXPORT_RECORDING, concern)
                _check_sealed(row)
            except Refusal as refusal:
                refused = refusal
                entry = msgspec.structs.replace(entry, outcome=f"refused:{refusal.code}")
            else:
                event = AccessEvent(row.id, at, request.account, AccessKind.EXPORT, purpose)
                await unit.access_events.add(event)
            await unit.audit.append(entry)
            await unit.commit()
        if refused is not None:
            raise refused
        return row

    # ── copying ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _copy_record(self, row: RecordingRow, bag: Bag) -> Manifest:
        """Manifest, journal, signature."""
        key = row.manifest_key
        try:
            text = await read_whole(self._objects, key, row.manifest_version or None)
            manifest = parse_manifest(text)
        except (*ABSENT, MalformedInput) as error:
            raise _damaged(key, str(error)) from error
        stored = await bag.add(key, text)
        _compare(key, row.manifest_sha256, stored.sha256)
        await self._copy(row.journal_key, row.journal_version, manifest.journal_sha256, bag)
        if row.signature_key:
            await self._copy_signature(row, text, bag)
        return manifest

    async def _copy_signature(self, row: RecordingRow, manifest: bytes, bag: Bag) -> None:
        """No hash is remembered of it: it must hold, and be by the key that the archive names. Whom to trust is the
        receiver's question."""
        key = row.signature_key
        try:
            text = await read_whole(self._objects, key, row.signature_version or None)
            signature = parse_signature(text)
        except (*ABSENT, MalformedInput) as error:
            raise _damaged(key, str(error)) from error
        if self._checker.check(signature, manifest, None, 0).origin is not Origin.SIGNED:
            raise _damaged(key, "it does not hold over the manifest")
        _compare(key, row.signed_by, signature.key, "signed by")
        await bag.add(key, text)

    async def _copy_segments(self, manifest: Manifest, bag: Bag, progress: Progress) -> _Copied:
        copied, total = 0, total_bytes(manifest.tracks)
        unplayable, damage = [], list[Fault]()
        for segment in ordered_segments(manifest.tracks):
            kept = bytearray() if segment.container == MATROSKA else None
            faults = await self._copy_segment(segment, bag, kept)
            damage += faults
            if kept is not None and not faults and not await self._add_browser_form(segment, bytes(kept), bag):
                unplayable.append(segment.key)
            copied += segment.bytes
            await progress(copied, total)
        return _Copied(tuple(unplayable), tuple(damage))

    async def _copy_segment(self, segment: ManifestSegment, bag: Bag, kept: bytearray | None) -> list[Fault]:
        """Whatever lies in its place, and how that differs from what was sealed."""
        try:
            stored = await bag.add(segment.key, _read(self._objects, segment.key, segment.version, kept))
        except ABSENT:
            return [missing(segment.key)]
        return segment_faults(segment, stored.bytes, stored.sha256)

    async def _copy(self, key: str, version: str, sha256: str, bag: Bag) -> None:
        """One object, by its version. Raises Refusal(object_damaged)."""
        try:
            stored = await bag.add(key, _read(self._objects, key, version, None))
        except ABSENT as error:
            raise _damaged(key, "it is missing") from error
        _compare(key, sha256, stored.sha256)

    async def _add_browser_form(self, segment: ManifestSegment, master: bytes, bag: Bag) -> bool:
        """False when the master is what was sealed but cannot be read: that is told, not a reason to keep it back. Nor
        is a form handed on that those who verify the bag would not find in its master."""
        try:
            _, form = await self._remuxer.browser_form(segment.container, master)
        except MalformedInput:
            return False
        if not same_frames(master, form):
            return False
        await bag.add(browser_form_key(segment.key), form)
        return True


def expected_bytes(manifest: Manifest) -> int:
    """Of all segments and of the forms beside them, which are as large as their masters."""
    return sum(one.bytes * (1 + (one.container == MATROSKA)) for one in ordered_segments(manifest.tracks))


async def _read(objects: ObjectStore, key: str, version: str, kept: bytearray | None) -> AsyncIterator[bytes]:
    async for chunk in objects.read(key, version or None):
        if kept is not None:
            kept += chunk
        yield chunk


def _check_sealed(row: RecordingRow) -> None:
    if not row.manifest_key:
        raise NotFound(Code.NOT_SEALED, f"recording {row.id} is {row.state}: it has not been sealed yet")


def _compare(key: str, expected: str, found: str, what: str = "sha256") -> None:
    if expected != found:
        raise _damaged(key, f"{what} expected {expected}, found {found}")


def _damaged(key: str, what: str) -> Refusal:
    return Refusal(Code.OBJECT_DAMAGED, f"{key}: {what}; nothing was exported", path=key)
