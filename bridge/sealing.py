"""Sealing: once a recording's journal is whole in the store, build its manifest, sign it, and check it. Idempotent.

Run by ``jobs``. Killed at any point it is simply run again: a manifest that lies in the store is taken when it is the
one that journal and history give, a signature when it holds over that manifest, by whichever of our keys it was made.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import msgspec

from bridge.agreement import agreed
from bridge.archive import fixity_check
from bridge.assembly import Assembly, assemble, same_record
from bridge.errors import Code, MalformedInput, NotFound, Refusal, Unavailable
from bridge.events import ReceptionClosed, Recorded
from bridge.ids import AccountId, RecordingId
from bridge.journal import parse_journal
from bridge.ledger import SEAL, serialise_seal
from bridge.manifest import Manifest, ordered_segments, parse_manifest, serialise_manifest, total_bytes
from bridge.model import RecordingRow
from bridge.policy import SYSTEM
from bridge.ports import Clock, ObjectStore, ObjectVersion, StoredObject
from bridge.repositories import AuditEntry, UnitsOfWork
from bridge.search import UNSEALED_STATES, people_of
from bridge.signing import (
    KnownKeys,
    ManifestSignature,
    Origin,
    SignatureChecker,
    Signer,
    parse_signature,
    serialise_signature,
)
from bridge.states import RecordingState
from bridge.verification import (
    Judge,
    Progress,
    Verification,
    journal_key,
    manifest_key,
    read_whole,
    remembered_of,
    signature_key,
    unheard,
    verify_recording,
)

VERIFY = "verify"
"""The audit's word for it."""
_DAY_NS = 86_400 * 1_000_000_000


class SigningPorts(NamedTuple):
    """``signer`` None: in a process that only checks."""

    checker: SignatureChecker
    known: KnownKeys
    signer: Signer | None = None


class _Sealed(NamedTuple):
    """What lies in the store once a recording is sealed."""

    journal: StoredObject
    manifest: "_StoredManifest"
    signature: StoredObject
    signed: ManifestSignature


class _StoredManifest(NamedTuple):
    """As an object, as its text, and what it says."""

    stored: StoredObject
    text: bytes
    record: Manifest


class Sealing:
    """The service. ``retention_days``: how long a sealed recording's objects stay locked."""

    def __init__(
        self,
        units: UnitsOfWork,
        objects: ObjectStore,
        clock: Clock,
        signing: SigningPorts,
        software: str,
        retention_days: int,
    ) -> None:
        self._units = units
        self._objects = objects
        self._clock = clock
        self._signing = signing
        self._software = software
        self._retention_ns = retention_days * _DAY_NS

    async def seal_all(self) -> list[RecordingId]:
        """Seals every recording whose journal is stored and whose reception is closed.

        Raises Unavailable when store or database is away; MalformedInput in the end for those that cannot be sealed,
        which keep no other from it.
        """
        async with self._units.reading() as unit:
            rows = await unit.recordings.in_states(UNSEALED_STATES)
        return await _each(rows, self.seal)

    async def seal(self, row: RecordingRow) -> bool:
        """False when it is not ready yet. Raises MalformedInput for a journal that cannot be sealed and for what lies
        in the place of manifest or signature and is neither, Refusal for what the store does not have or give."""
        try:
            journal = await self._objects.stat(journal_key(row.prefix))
        except NotFound:
            return False
        async with self._units.reading() as unit:
            history = await unit.receptions.history(row.reception)
            head = await unit.audit.head()
        if not any(isinstance(recorded.event, ReceptionClosed) for recorded in history):
            return False
        made = await self._assembled(journal, history, head.hash if head else "")
        manifest = await self._stored_manifest(row, made)
        signature, signed = await self._stored_signature(row, manifest)
        await self._keep(row, _Sealed(journal, manifest, signature, signed))
        return True

    async def _assembled(self, journal: StoredObject, history: list[Recorded], audit_head: str) -> Manifest:
        text = await read_whole(self._objects, journal.key, journal.version or None)
        digest = hashlib.sha256(text).hexdigest()
        now = self._clock.utc()
        entries = parse_journal(text)
        return assemble(Assembly(entries, history, journal.version, digest, audit_head, self._software, now))

    async def _stored_manifest(self, row: RecordingRow, made: Manifest) -> _StoredManifest:
        """That of a killed sealer, else the one we made (whose audit head would differ by now)."""
        stored, text = await self._stored_or_put(manifest_key(row.prefix), serialise_manifest(made))
        record = parse_manifest(text)
        if not same_record(record, made):
            raise MalformedInput(f"{stored.key} does not agree with the journal and the events")
        if record.audit_head != made.audit_head:
            async with self._units.reading() as unit:
                if not await unit.audit.holds(record.audit_head):
                    raise MalformedInput(f"{stored.key} names an audit entry that there is not")
        return _StoredManifest(stored, text, record)

    async def _stored_signature(
        self, row: RecordingRow, manifest: _StoredManifest
    ) -> tuple[StoredObject, ManifestSignature]:
        """That of a killed sealer, also by a key of ours that was rotated since, else a new one."""
        key, signer = signature_key(row.prefix), self._signing.signer
        if signer is None:
            raise Unavailable(Code.SIGNING_UNAVAILABLE, "this process only checks")
        try:
            stored, text = await self._stored(key)
        except NotFound:
            made = serialise_signature(await signer.sign(manifest.text))
            stored, text = await self._stored_or_put(key, made)
        signature, known = parse_signature(text), await self._signing.known.trust()
        sealed_ns = manifest.record.sealed_utc_ns
        match self._signing.checker.check(signature, manifest.text, known, sealed_ns).origin:
            case Origin.TRUSTED:
                return stored, signature
            case Origin.UNTRUSTED:
                raise MalformedInput(f"{key} is by a key that is not of this installation: {signature.key}")
            case _:
                raise MalformedInput(f"{key} does not hold over the manifest")

    async def _stored_or_put(self, key: str, made: bytes) -> tuple[StoredObject, bytes]:
        try:
            return await self._stored(key)
        except NotFound:
            pass
        try:
            return await self._objects.put(key, made, self._clock.utc() + self._retention_ns), made
        except Refusal as refusal:
            if refusal.code is not Code.OBJECT_EXISTS:
                raise
            return await self._stored(key)  # another sealer was quicker

    async def _stored(self, key: str) -> tuple[StoredObject, bytes]:
        stored = await self._objects.stat(key)
        return stored, await read_whole(self._objects, key, stored.version or None)

    async def _keep(self, row: RecordingRow, sealed: _Sealed) -> None:
        record, manifest = sealed.manifest.record, sealed.manifest.stored
        own = (manifest, sealed.signature, sealed.journal)
        digest = hashlib.sha256(sealed.manifest.text).hexdigest()
        wanted = [ObjectVersion(one.key, one.version) for one in ordered_segments(record.tracks)]
        wanted += [ObjectVersion(one.key, one.version) for one in own]
        await self._objects.retain_all(wanted, self._clock.utc() + self._retention_ns)
        columns = {
            "state": RecordingState.SEALED,
            "ended_utc_ns": record.ended.utc_ns,
            "began_utc_ns": record.began.utc_ns,
            "journal_key": sealed.journal.key,
            "journal_version": sealed.journal.version,
            "manifest_key": manifest.key,
            "manifest_version": manifest.version,
            "manifest_sha256": digest,
            "signature_key": sealed.signature.key,
            "signature_version": sealed.signature.version,
            "signed_by": sealed.signed.key,
            "bytes": total_bytes(record.tracks),
            "points": len({person.point for person in record.participants}),
        }
        async with self._units.writing() as unit:
            now = await unit.recordings.get(row.id)
            if now.state not in UNSEALED_STATES:
                return  # another sealer was quicker, and it may be verified by now
            await unit.recordings.put(msgspec.structs.replace(now, **columns))
            await unit.recordings.name_people(row.id, people_of(record))
            detail = serialise_seal(digest, sealed.signed.key)
            await unit.audit.append(self._done(SYSTEM.account, SEAL, row.id, detail))
            await unit.commit()

    async def verify_new(self) -> list[RecordingId]:
        """Checks whole, once, every recording that was sealed and never checked. Raises as :meth:`seal_all`."""

        async def check(row: RecordingRow) -> bool:
            await self.verify(row)
            return True

        async with self._units.reading() as unit:
            rows = await unit.recordings.in_states((RecordingState.SEALED,))
        return await _each([row for row in rows if row.verified_utc_ns is None], check)

    async def verify(
        self, row: RecordingRow, by: AccountId = SYSTEM.account, progress: Progress = unheard
    ) -> Verification:
        """Checks every byte of a sealed recording and keeps the result, with the row and the audit's entry in one."""
        judge = Judge(self._signing.checker, await self._signing.known.trust())
        result = await verify_recording(self._objects, row.manifest_key, judge, remembered_of(row), progress)
        result = await agreed(self._units, self._objects, row, result)
        await self._keep_check(row.id, by, result)
        return result

    async def _keep_check(self, recording: RecordingId, by: AccountId, result: Verification) -> None:
        """Decided on the row as it is now: others may have checked it while its objects were read."""
        detail = f"{len(result.faults)} faults in {result.objects} objects"
        async with self._units.writing() as unit:
            row = await unit.recordings.get(recording)
            entry = self._done(by, VERIFY, recording, detail)
            await unit.recordings.put(_checked(row, result, entry.at_utc_ns))
            await unit.fixity_checks.add(fixity_check(recording, entry.at_utc_ns, by, result))
            await unit.audit.append(entry)
            await unit.commit()

    def _done(self, by: AccountId, action: str, recording: RecordingId, detail: str) -> AuditEntry:
        return AuditEntry(self._clock.utc(), by, action, f"recording {recording}", "done", detail)


def _checked(row: RecordingRow, result: Verification, at_utc_ns: int) -> RecordingRow:
    """A check takes nothing of its life from a recording; what it found stands beside."""
    is_first = result.holds and row.state == RecordingState.SEALED
    return msgspec.structs.replace(
        row,
        state=RecordingState.VERIFIED if is_first else row.state,
        verified_utc_ns=at_utc_ns,
        faults=len(result.faults),
        origin=result.origin,
    )


async def _each(rows: Sequence[RecordingRow], work: Callable[[RecordingRow], Awaitable[bool]]) -> list[RecordingId]:
    """Those that were worked on. What is wrong with one keeps no other from it and is raised in the end."""
    done, faults = [], []
    for row in rows:
        try:
            if await work(row):
                done.append(row.id)
        except Unavailable:
            raise
        except (MalformedInput, Refusal) as fault:
            faults.append(f"recording {row.id}: {fault}")
    if faults:
        raise MalformedInput("; ".join(faults))
    return done
