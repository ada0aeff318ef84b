"""Checks the audit chain from its first entry to its last, and that every sealed manifest stands in it."""

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from bridge.audit import audit_faults
from bridge.errors import MalformedInput, NotFound
from bridge.ports import ObjectStore
from bridge.repositories import ChainedEntry, UnitsOfWork
from bridge.verification import load_manifest

Progress = Callable[[int, int], Awaitable[None]]
"""Told (entries checked, entries in all)."""
PAGE = 1000


class AuditReport(msgspec.Struct, frozen=True):
    """``head``: hash of the last entry, empty when there is none; ``faults`` in words, for logs and terminals."""

    entries: int
    head: str
    faults: tuple[str, ...]


async def _quiet(checked: int, total: int) -> None:
    return None


async def check_audit(units: UnitsOfWork, objects: ObjectStore, progress: Progress = _quiet) -> AuditReport:
    """The whole chain, and the place in it that each manifest names. Raises Unavailable; all else becomes faults."""
    named: dict[str, list[str]] = {}
    unreadable = []
    async with units.reading() as unit:
        rows = await unit.recordings.all()
    for row in rows:
        if not row.manifest_key:
            continue
        try:
            manifest = await load_manifest(objects, row.manifest_key, row.manifest_version or None)
        except (MalformedInput, NotFound) as error:
            unreadable.append(f"{row.manifest_key}: {error}")
        else:
            named.setdefault(manifest.audit_head, []).append(row.manifest_key)
    report = await check_chain(units, progress, named)
    return msgspec.structs.replace(report, faults=(*report.faults, *unreadable))


async def check_chain(
    units: UnitsOfWork, progress: Progress = _quiet, named: Mapping[str, list[str]] | None = None
) -> AuditReport:
    """The chain alone. ``named``: hashes that must occur in it, with what names them. Raises Unavailable."""
    missing = {head: names for head, names in (named or {}).items() if head}
    faults: list[str] = []
    last: ChainedEntry | None = None
    async with units.reading() as unit:
        head = await unit.audit.head()
        while page := await unit.audit.entries(last.number if last else 0, PAGE):
            faults += audit_faults(page, last)
            for link in page:
                missing.pop(link.hash, None)
            last = page[-1]
            await progress(last.number, head.number if head else last.number)
    faults += [
        f"{name}: its audit head {head} is not in the chain" for head, names in missing.items() for name in names
    ]
    return AuditReport(last.number if last else 0, last.hash if last else "", tuple(faults))
