"""Checks a database against its audit: the chain from its first entry to its last, all events and recordings as it
says, and that every sealed manifest stands in it."""

from collections.abc import Iterable, Mapping

import msgspec

from bridge.audit import audit_faults
from bridge.errors import MalformedInput
from bridge.ids import ReceptionId
from bridge.ledger import Tie, event_faults, recording_faults, seals_of, ties_of
from bridge.ports import ObjectStore
from bridge.repositories import ChainedEntry, UnitOfWork, UnitsOfWork
from bridge.verification import ABSENT, Progress, load_manifest, unheard

PAGE = 1000


class AuditReport(msgspec.Struct, frozen=True):
    """How much was checked; ``head``: hash of the last entry, empty when there is none; ``faults`` in words, for logs
    and terminals."""

    entries: int
    events: int
    recordings: int
    head: str
    faults: tuple[str, ...]


class _Chain:
    """What is gathered on the way along the chain."""

    def __init__(self, named: Mapping[str, list[str]]) -> None:
        self.last: ChainedEntry | None = None
        self.ties: dict[ReceptionId, list[Tie]] = {}
        self.seals: dict[str, str] = {}
        self.faults: list[str] = []
        self._missing = {head: names for head, names in named.items() if head}

    def take(self, page: list[ChainedEntry]) -> None:
        """The next entries."""
        self.faults += audit_faults(page, self.last)
        for reception, found in ties_of(link.entry for link in page).items():
            self.ties.setdefault(reception, []).extend(found)
        self.seals |= seals_of(link.entry for link in page)
        for link in page:
            self._missing.pop(link.hash, None)
        self.last = page[-1]

    def absent(self) -> list[str]:
        """Manifests whose place in the chain never came."""
        return [
            f"{name}: its audit head {head} is not in the chain"
            for head, names in self._missing.items()
            for name in names
        ]


async def check_audit(units: UnitsOfWork, objects: ObjectStore, progress: Progress = unheard) -> AuditReport:
    """The database, and the place in the chain that each manifest names. Raises Unavailable; all else is a fault."""
    named: dict[str, list[str]] = {}
    unreadable = []
    async with units.reading() as unit:
        rows = await unit.recordings.all()
    for row in rows:
        if not row.manifest_key:
            continue
        try:
            manifest = await load_manifest(objects, row.manifest_key, row.manifest_version or None)
        except (*ABSENT, MalformedInput) as error:
            unreadable.append(f"{row.manifest_key}: {error}")
        else:
            named.setdefault(manifest.audit_head, []).append(row.manifest_key)
    report = await check_database(units, progress, named)
    return msgspec.structs.replace(report, faults=(*report.faults, *unreadable))


async def check_database(
    units: UnitsOfWork, progress: Progress = unheard, named: Mapping[str, list[str]] | None = None
) -> AuditReport:
    """The database alone, all of it at one moment. ``progress`` hears of entries; ``named``: hashes that must occur in
    the chain, with what names them. Raises Unavailable."""
    chain = _Chain(named or {})
    async with units.reading() as unit:
        head = await unit.audit.head()
        while page := await unit.audit.entries(chain.last.number if chain.last else 0, PAGE):
            chain.take(page)
            await progress(page[-1].number, head.number if head else page[-1].number)
        events, changed = await _check_events(unit, chain.ties)
        rows = await unit.recordings.all()
    faults = (*chain.faults, *changed, *recording_faults(chain.seals, rows), *chain.absent())
    entries, last = (chain.last.number, chain.last.hash) if chain.last else (0, "")
    return AuditReport(entries, events, len(rows), last, faults)


async def _check_events(unit: UnitOfWork, ties: Mapping[ReceptionId, list[Tie]]) -> tuple[int, list[str]]:
    counted, faults = 0, []
    every: Iterable[ReceptionId] = sorted({*ties, *await unit.receptions.ids()})
    for reception in every:
        lines = await unit.receptions.lines(reception)
        faults += event_faults(reception, ties.get(reception, []), lines)
        counted += len(lines)
    return counted, faults
