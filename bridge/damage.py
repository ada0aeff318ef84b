"""What an export declares about stored files that are not as they were sealed: ``damage.json`` beside the payload.

The signed manifest says what each file was; the bag's own list says what it is. The declaration between them names
every file of which the two differ, so that nobody is surprised, and a bag is *damaged exactly as declared* when its
faults are those and no other. It is signed by nobody and vouches for nothing: a bag with one is never whole.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from bridge import canonical
from bridge.errors import MalformedInput
from bridge.faults import Fault
from bridge.ids import RecordingId

DAMAGE_NAME = "damage.json"
FORMAT = 1


class Damage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``faults``: as :func:`bridge.verification.verify_recording` tells them, by the objects' keys."""

    format: int
    recording: RecordingId
    faults: tuple[Fault, ...]


class Sorted(NamedTuple):
    """``declared``: found as it was declared; ``faults``: everything else, a declaration that is not so with it."""

    declared: tuple[Fault, ...]
    faults: tuple[Fault, ...]


def serialise_damage(recording: RecordingId, faults: Sequence[Fault]) -> bytes:
    """The file's text."""
    return canonical.serialise(Damage(FORMAT, recording, tuple(faults)))


def against_declared(found: Sequence[Fault], recording: str, text: bytes | None) -> Sorted:
    """``text`` None: nothing was declared. What says nothing, or something of another recording, is a fault."""
    if text is None:
        return Sorted((), tuple(found))
    try:
        damage = canonical.parse(text, Damage, FORMAT, "damage")
    except MalformedInput as error:
        return Sorted((), (*found, Fault(DAMAGE_NAME, "form", "declared damage", str(error))))
    if damage.recording != recording or not damage.faults:
        return Sorted((), (*found, Fault(DAMAGE_NAME, "form", f"damage of {recording}", damage.recording)))
    declared = tuple(fault for fault in found if fault in damage.faults)
    untrue = (fault for fault in damage.faults if fault not in declared)
    others = (fault for fault in found if fault not in declared)
    return Sorted(declared, (*others, *(_not_so(fault) for fault in untrue)))


def _not_so(declared: Fault) -> Fault:
    return Fault(DAMAGE_NAME, "form", f"{declared.path}: {declared.algorithm} {declared.found}", "not so")
