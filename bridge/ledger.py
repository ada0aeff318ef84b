"""Events tied into the audit chain: the entry of each change says which events it stored, and their hash.

So an event row that is changed, removed or added behind the program's back is found, whether the reception was recorded
or not, and as long as the chain holds. What is hashed is the text as stored: events only ever gain fields, and an old
one must not look changed because a newer program would write it with more of them.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from bridge.events import Recorded
from bridge.ids import ReceptionId
from bridge.model import RecordingRow
from bridge.reception_rows import EventLine
from bridge.repositories import AuditEntry
from bridge.states import RecordingState

DONE = "done"
SEAL = "seal"
"""The audit's word for the sealing of a recording; the entry's detail: :func:`serialise_seal`."""
_STORED = re.compile(r"(?P<names>[\w,]+) (?P<first>\d+)-(?P<last>\d+) sha256:(?P<sha256>[0-9a-f]{64})", re.ASCII)
_RECEPTION, _RECORDING = "reception ", "recording "


class Tie(msgspec.Struct, frozen=True):
    """What an audit entry says of the events ``first`` … ``last`` of a reception. ``names``: their kinds."""

    reception: ReceptionId
    names: str
    first: int
    last: int
    sha256: str


def line_of(recorded: Recorded) -> EventLine:
    """As it is stored."""
    text = msgspec.json.encode(recorded.event).decode()
    return EventLine(recorded.reception, recorded.version, recorded.at_utc_ns, recorded.actor, text)


def tied(lines: Sequence[EventLine]) -> str:
    """sha256 hex over the lines as JSON in field order."""
    return hashlib.sha256(msgspec.json.encode(lines)).hexdigest()


def serialise_tie(recorded: Sequence[Recorded]) -> str:
    """The detail of the audit entry of these events, consecutive ones of one reception."""
    names = ",".join(type(one.event).__name__ for one in recorded)
    digest = tied([line_of(one) for one in recorded])
    return f"{names} {recorded[0].version}-{recorded[-1].version} sha256:{digest}"


def parse_tie(entry: AuditEntry) -> Tie | None:
    """None when the entry is of something else than stored events."""
    form = _STORED.fullmatch(entry.detail)
    if form is None or entry.outcome != DONE or not entry.object.startswith(_RECEPTION):
        return None
    reception = ReceptionId(entry.object.removeprefix(_RECEPTION))
    return Tie(reception, form["names"], int(form["first"]), int(form["last"]), form["sha256"])


def ties_of(entries: Iterable[AuditEntry]) -> dict[ReceptionId, list[Tie]]:
    """By reception, in the order of the chain."""
    found: dict[ReceptionId, list[Tie]] = {}
    for entry in entries:
        if (tie := parse_tie(entry)) is not None:
            found.setdefault(tie.reception, []).append(tie)
    return found


def serialise_seal(manifest_sha256: str, signed_by: str) -> str:
    """The detail of a seal entry: which manifest, and whose signature lies beside it."""
    return f"{manifest_sha256} signed by {signed_by}"


def seals_of(entries: Iterable[AuditEntry]) -> dict[str, str]:
    """Recording → the last seal entry's detail."""
    return {
        entry.object.removeprefix(_RECORDING): entry.detail
        for entry in entries
        if entry.action == SEAL and entry.outcome == DONE and entry.object.startswith(_RECORDING)
    }


def event_faults(reception: ReceptionId, ties: Sequence[Tie], lines: Sequence[EventLine]) -> list[str]:
    """Every event of a reception that is not as the audit says; ``lines`` in order of version."""
    stored = {line.version: line for line in lines}
    faults: list[str] = []
    covered: set[int] = set()
    for tie in ties:
        span = range(tie.first, tie.last + 1)
        covered.update(span)
        there = [stored[version] for version in span if version in stored]
        if len(there) < len(span):
            faults.append(f"reception {reception}: of events {tie.first}-{tie.last} ({tie.names}) some are missing")
        elif tied(there) != tie.sha256:
            faults.append(f"reception {reception}: events {tie.first}-{tie.last} ({tie.names}) were changed")
    loose = sorted(stored.keys() - covered)
    return faults + [f"reception {reception}: event {version} is in no audit entry" for version in loose]


def recording_faults(seals: Mapping[str, str], rows: Iterable[RecordingRow]) -> list[str]:
    """Recordings whose row does not fit what the audit says of their sealing."""
    faults, seen = [], set()
    for row in rows:
        seen.add(str(row.id))
        if row.state not in frozenset(RecordingState):
            faults.append(f"recording {row.id}: {row.state!r} is no state")
        sealed = seals.get(row.id, "")
        named = serialise_seal(row.manifest_sha256, row.signed_by) if row.manifest_sha256 or row.signed_by else ""
        if named != sealed:
            faults.append(f"recording {row.id}: its row names another manifest or signing key than the audit")
    return faults + [f"recording {name}: sealed by the audit, but it has no row" for name in seals if name not in seen]
