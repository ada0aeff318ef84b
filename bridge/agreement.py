"""A sealed recording against the database: the row that names it, and the audit entry at which it was sealed."""

import msgspec

from bridge.errors import MalformedInput
from bridge.faults import Fault
from bridge.manifest import Manifest, total_bytes
from bridge.model import RecordingRow
from bridge.ports import ObjectStore
from bridge.repositories import UnitsOfWork
from bridge.verification import ABSENT, Verification, journal_key, load_manifest, manifest_key, signature_key


def row_faults(row: RecordingRow, manifest: Manifest) -> list[Fault]:
    """Every column that the manifest says otherwise. What changes later (state, checks) is no part of it."""
    expected = {
        "id": manifest.recording,
        "reception": manifest.reception,
        "agency": manifest.agency,
        "title": manifest.title,
        "manifest_key": manifest_key(row.prefix),
        "journal_key": journal_key(row.prefix),
        "journal_version": manifest.journal_version,
        "signature_key": signature_key(row.prefix),
        "began_utc_ns": manifest.began.utc_ns,
        "ended_utc_ns": manifest.ended.utc_ns,
        "bytes": total_bytes(manifest.tracks),
        "points": len({person.point for person in manifest.participants}),
    }
    return [
        Fault(f"recordings.{column}", "row", str(value), str(getattr(row, column)))
        for column, value in expected.items()
        if getattr(row, column) != value
    ]


async def agreement(units: UnitsOfWork, objects: ObjectStore, row: RecordingRow) -> list[Fault]:
    """Faults between row, audit and manifest; none when there is no manifest to be read, which the verification of the
    objects tells. Raises Unavailable."""
    try:
        manifest = await load_manifest(objects, row.manifest_key, row.manifest_version or None)
    except (*ABSENT, MalformedInput):
        return []
    faults = row_faults(row, manifest)
    async with units.reading() as unit:
        if manifest.audit_head and not await unit.audit.holds(manifest.audit_head):
            faults.append(Fault("audit", "chain", manifest.audit_head, "no entry of this hash"))
    return faults


async def agreed(units: UnitsOfWork, objects: ObjectStore, row: RecordingRow, result: Verification) -> Verification:
    """The result of the objects' verification with what does not agree with the database."""
    return msgspec.structs.replace(result, faults=(*result.faults, *await agreement(units, objects, row)))
