"""Checks a whole database: the audit chain from its first entry, and all events and recordings against it."""

import msgspec

from bridge.audit import audit_faults
from bridge.ids import ReceptionId
from bridge.ledger import Tie, event_faults, recording_faults, seals_of, ties_of
from bridge.repositories import ChainedEntry, UnitOfWork

_PAGE = 1000


class LedgerCheck(msgspec.Struct):
    """How much was checked, and every fault in words."""

    entries: int = 0
    events: int = 0
    recordings: int = 0
    faults: list[str] = []


async def check_ledger(unit: UnitOfWork) -> LedgerCheck:
    """In one unit, so that all is of one moment. Raises Unavailable."""
    check = LedgerCheck()
    ties: dict[ReceptionId, list[Tie]] = {}
    seals: dict[str, str] = {}
    last: ChainedEntry | None = None
    while page := await unit.audit.entries(last.number if last else 0, _PAGE):
        check.faults += audit_faults(page, last)
        entries = [link.entry for link in page]
        for reception, found in ties_of(entries).items():
            ties.setdefault(reception, []).extend(found)
        seals |= seals_of(entries)
        check.entries += len(page)
        last = page[-1]
    for reception in sorted({*ties, *await unit.receptions.ids()}):
        lines = await unit.receptions.lines(reception)
        check.faults += event_faults(reception, ties.get(reception, []), lines)
        check.events += len(lines)
    rows = await unit.recordings.all()
    check.faults += recording_faults(seals, rows)
    check.recordings = len(rows)
    return check
