"""Sealing: once a recording's journal is whole in the store, build its manifest, store it, and check it. Idempotent.

Run by ``jobs``. Killed at any point it is simply run again: the same journal and history give the same manifest, and
the store answers a repeated put of the same bytes as it did the first.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from bridge.archive import FixityCheck
from bridge.assembly import Assembly, assemble
from bridge.errors import Code, MalformedInput, NotFound, Refusal, Unavailable
from bridge.events import ReceptionClosed, Recorded
from bridge.ids import AccountId, RecordingId
from bridge.journal import parse_journal
from bridge.manifest import Manifest, parse_manifest, serialise_manifest, total_bytes
from bridge.model import RecordingRow
from bridge.policy import SYSTEM
from bridge.ports import Clock, ObjectStore
from bridge.repositories import AuditEntry, UnitsOfWork
from bridge.search import RecordingPerson, people_of
from bridge.states import RecordingState
from bridge.verification import (
    Progress,
    Verification,
    journal_key,
    manifest_key,
    read_whole,
    unheard,
    verify_recording,
)

SEAL = "seal"
VERIFY = "verify"
"""The audit's words for them."""
UNSEALED = (RecordingState.WRITING, RecordingState.DEGRADED)
_DAY_NS = 86_400 * 1_000_000_000


class Sealing:
    """The service. ``retention_days``: how long a sealed manifest and its segments stay locked."""

    def __init__(
        self, units: UnitsOfWork, objects: ObjectStore, clock: Clock, software: str, retention_days: int
    ) -> None:
        self._units = units
        self._objects = objects
        self._clock = clock
        self._software = software
        self._retention_ns = retention_days * _DAY_NS

    async def seal_all(self) -> list[RecordingId]:
        """Seals every recording whose journal is stored and whose reception is closed.

        Raises Unavailable when store or database is away; MalformedInput in the end for those that cannot be sealed,
        which keep no other from it.
        """
        async with self._units.reading() as unit:
            rows = await unit.recordings.in_states(UNSEALED)
        sealed, faults = [], []
        for row in rows:
            try:
                if await self.seal(row):
                    sealed.append(row.id)
            except Unavailable:
                raise
            except (MalformedInput, Refusal) as fault:
                faults.append(f"recording {row.id}: {fault}")
        if faults:
            raise MalformedInput("; ".join(faults))
        return sealed

    async def seal(self, row: RecordingRow) -> bool:
        """False when it is not ready yet. Raises MalformedInput for a journal that cannot be sealed, Refusal for what
        the store does not have or give."""
        try:
            text = await read_whole(self._objects, journal_key(row.prefix))
        except NotFound:
            return False
        async with self._units.reading() as unit:
            history = await unit.receptions.history(row.reception)
            head = await unit.audit.head()
        if not any(isinstance(recorded.event, ReceptionClosed) for recorded in history):
            return False
        manifest = await self._stored_or_new(row, text, history, head.hash if head else "")
        await self._keep(row, manifest)
        return True

    async def _stored_or_new(
        self, row: RecordingRow, journal: bytes, history: list[Recorded], audit_head: str
    ) -> Manifest:
        """The manifest a killed sealer already stored, else a new one (whose audit head would differ by now)."""
        key = manifest_key(row.prefix)
        try:
            return parse_manifest(await read_whole(self._objects, key))
        except NotFound:
            pass
        digest = hashlib.sha256(journal).hexdigest()
        source = Assembly(parse_journal(journal), history, digest, audit_head, self._software)
        manifest = assemble(source)
        try:
            await self._objects.put(key, serialise_manifest(manifest), self._clock.utc() + self._retention_ns)
        except Refusal as refusal:
            if refusal.code is not Code.OBJECT_EXISTS:
                raise
            return parse_manifest(await read_whole(self._objects, key))  # another sealer was quicker
        return manifest

    async def _keep(self, row: RecordingRow, manifest: Manifest) -> None:
        await self._retain(manifest_key(row.prefix), None)
        stored = await self._objects.stat(manifest_key(row.prefix))
        for track in manifest.tracks:
            for segment in track.segments:
                await self._retain(segment.key, segment.version)
        await self._retain(journal_key(row.prefix), None)
        await self._write(
            row.id,
            AuditEntry(self._clock.utc(), SYSTEM.account, SEAL, f"recording {row.id}", "done", stored.sha256),
            people=people_of(manifest),
            state=RecordingState.SEALED,
            ended_utc_ns=manifest.ended.utc_ns,
            began_utc_ns=manifest.began.utc_ns,
            journal_key=journal_key(row.prefix),
            manifest_key=stored.key,
            manifest_version=stored.version,
            manifest_sha256=stored.sha256,
            bytes=total_bytes(manifest.tracks),
            points=len({person.point for person in manifest.participants}),
        )

    async def _retain(self, key: str, version: str | None) -> None:
        """At least as long as the record; what is locked for longer already stays so, but from here on for good: a
        lock that was lengthened nobody can break, one that was only put the store's owner can (MinIO)."""
        until = self._clock.utc() + self._retention_ns
        stored = await self._objects.stat(key, version)
        wanted = max(until, stored.retain_until_utc_ns)
        try:
            await self._objects.extend_retention(key, stored.version, wanted)
        except Refusal as refusal:
            lengthened = await self._objects.stat(key, stored.version)
            if refusal.code is not Code.OBJECT_LOCKED or lengthened.retain_until_utc_ns < wanted:
                raise
            # another sealer lengthened it further between our look and our asking

    async def verify_new(self) -> list[RecordingId]:
        """Checks whole, once, every recording that was sealed and never checked."""
        async with self._units.reading() as unit:
            rows = await unit.recordings.in_states((RecordingState.SEALED,))
        fresh = [row for row in rows if row.verified_utc_ns is None]
        for row in fresh:
            await self.verify(row)
        return [row.id for row in fresh]

    async def verify(
        self, row: RecordingRow, by: AccountId = SYSTEM.account, progress: Progress = unheard
    ) -> Verification:
        """Checks every byte of a sealed recording and keeps the result, with the row and the audit's entry in one."""
        result = await verify_recording(
            self._objects, row.manifest_key, row.manifest_version or None, row.manifest_sha256, progress
        )
        state = RecordingState.VERIFIED if result.holds and row.state == RecordingState.SEALED else row.state
        at = self._clock.utc()
        detail = f"{len(result.faults)} faults in {result.objects} objects"
        await self._write(
            row.id,
            AuditEntry(at, by, VERIFY, f"recording {row.id}", "done", detail),
            check=FixityCheck(row.id, at, by, result.objects, result.bytes, result.origin, result.faults),
            state=state,
            verified_utc_ns=at,
            faults=len(result.faults),
        )
        return result

    async def _write(
        self,
        recording: RecordingId,
        entry: AuditEntry,
        people: Sequence[RecordingPerson] = (),
        check: FixityCheck | None = None,
        **changes: Any,
    ) -> None:
        """Changes the row as it is now: somebody else may have written to it while the objects were read."""
        async with self._units.writing() as unit:
            row = await unit.recordings.get(recording)
            if entry.action == SEAL and row.state not in UNSEALED:
                return  # another sealer was quicker, and it may be verified by now
            await unit.recordings.put(msgspec.structs.replace(row, **changes))
            if people:
                await unit.recordings.name_people(recording, people)
            if check is not None:
                await unit.fixity_checks.add(check)
            await unit.audit.append(entry)
            await unit.commit()
