"""The audit chain: each entry's hash covers the one before, so that nothing can be changed, removed or put between."""

import hashlib
from collections.abc import Iterable

import msgspec

from bridge.repositories import AuditEntry, ChainedEntry

GENESIS = "0" * 64
"""``previous`` of the first entry."""


def chain_hash(number: int, previous: str, entry: AuditEntry) -> str:
    """sha256 hex over number, previous hash and the entry as JSON in field order."""
    text = msgspec.json.encode((number, previous, entry))
    return hashlib.sha256(text).hexdigest()


def chained(head: ChainedEntry | None, entry: AuditEntry) -> ChainedEntry:
    """The entry in its place after ``head``."""
    number = head.number + 1 if head else 1
    previous = head.hash if head else GENESIS
    return ChainedEntry(number, entry, previous, chain_hash(number, previous, entry))


def audit_faults(entries: Iterable[ChainedEntry], after: ChainedEntry | None = None) -> list[str]:
    """Every fault of a run of entries that should follow ``after``."""
    faults = []
    expected_number = after.number + 1 if after else 1
    previous = after.hash if after else GENESIS
    for link in entries:
        if link.number != expected_number:
            faults.append(f"entry {expected_number} is missing: {link.number} follows")
        if link.previous != previous:
            faults.append(f"entry {link.number} does not continue the chain")
        if link.hash != chain_hash(link.number, link.previous, link.entry):
            faults.append(f"entry {link.number} was changed")
        expected_number, previous = link.number + 1, link.hash
    return faults
