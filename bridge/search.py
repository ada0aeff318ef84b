"""Finding recordings in the archive: what may be asked for, and how words are compared.

Words are compared folded: without case, accents and the bar of đ, from their beginning. Who types ``nguyen`` finds
``Nguyễn``; finding one too many costs a glance, missing one costs the day.
"""

import re
import unicodedata
from enum import StrEnum

import msgspec

from bridge.ids import AgencyId, BridgePointId, RecordingId
from bridge.manifest import Manifest
from bridge.model import RecordingRow
from bridge.states import RecordingState

MAX_WORDS = 8
"""Further words of a question are not looked at: nobody types them, and each costs a pass over the rows."""

_WORD = re.compile(r"[^\W_]+")
_BARRED = str.maketrans("đ", "d")


def folded(text: str) -> list[str]:
    """Its words as they are compared: letters and digits only, so that none means anything to a database."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_BARRED)
    return _WORD.findall("".join(sign for sign in apart if unicodedata.category(sign) != "Mn"))


class ProofState(StrEnum):
    """What is known of a recording's wholeness, as the list shows and filters it."""

    UNSEALED = "unsealed"
    UNCHECKED = "unchecked"
    WHOLE = "whole"
    FAULTY = "faulty"


UNSEALED_STATES = (RecordingState.ARMED, RecordingState.WRITING, RecordingState.DEGRADED)


def proof_of(row: RecordingRow) -> ProofState:
    """A fault outweighs everything; the database's ``find`` says the same."""
    if row.faults:
        return ProofState.FAULTY
    if row.verified_utc_ns is not None:
        return ProofState.WHOLE
    return ProofState.UNSEALED if row.state in UNSEALED_STATES else ProofState.UNCHECKED


class RecordingFilter(msgspec.Struct, frozen=True):
    """Everything that is given must hold. ``agencies`` None: of all. ``person``, ``title``: words that must all begin
    a word of one name, or of the title. Times: when it began, from (included) and before (not)."""

    agencies: frozenset[AgencyId] | None = None
    from_utc_ns: int | None = None
    before_utc_ns: int | None = None
    point: BridgePointId | None = None
    person: str = ""
    title: str = ""
    proof: ProofState | None = None


class RecordingCursor(msgspec.Struct, frozen=True):
    """A place in the list, newest first: what follows this row."""

    began_utc_ns: int
    id: RecordingId


def cursor_of(row: RecordingRow) -> RecordingCursor:
    """The place behind this row."""
    return RecordingCursor(row.began_utc_ns, row.id)


class RecordingPerson(msgspec.Struct, frozen=True):
    """Somebody who was there, from where, as what: an index of the sealed manifest, so that it can be searched."""

    recording: RecordingId
    name: str
    point: BridgePointId
    point_name: str
    role: str


def people_of(manifest: Manifest) -> list[RecordingPerson]:
    """Everybody the manifest names, those who sat together at one seat too; each once."""
    found = [
        RecordingPerson(manifest.recording, name, seat.point, seat.point_name, seat.role)
        for seat in manifest.participants
        for name in (seat.name, *seat.people)
    ]
    return list(dict.fromkeys(found))


class PointName(msgspec.Struct, frozen=True):
    """A point that occurs in the archive, by the name it had in its newest recording."""

    point: BridgePointId
    name: str
