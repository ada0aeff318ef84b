"""What the archive keeps beside a recording: who read it and why, what its checks found, its viewing copy."""

from enum import StrEnum

import msgspec

from bridge.faults import Fault
from bridge.ids import AccountId, RecordingId
from bridge.states import LifeCycle
from bridge.verification import Verification


class AccessKind(StrEnum):
    """What was done with the record."""

    PLAY = "play"
    EXPORT = "export"
    COPY = "copy"


class AccessEvent(msgspec.Struct, frozen=True):
    """Somebody read a recording, and what for (gate 7). ``number`` is given by the store, 0 before that."""

    recording: RecordingId
    at_utc_ns: int
    account: AccountId
    kind: AccessKind
    purpose: str
    number: int = 0


class FixityCheck(msgspec.Struct, frozen=True):
    """One whole check of a sealed recording: when, at whose asking (``system``: the jobs), what it found.

    ``origin``, ``signer``: as in :class:`bridge.verification.Verification`. ``number`` is given by the store, 0 before
    that.
    """

    recording: RecordingId
    at_utc_ns: int
    account: AccountId
    objects: int
    bytes: int
    origin: str
    faults: tuple[Fault, ...]
    signer: str = ""
    number: int = 0


def fixity_check(recording: RecordingId, at_utc_ns: int, by: AccountId, found: Verification) -> FixityCheck:
    """What is kept of a verification."""
    return FixityCheck(recording, at_utc_ns, by, found.objects, found.bytes, found.origin, found.faults, found.signer)


class ViewingCopyState(StrEnum):
    """Of the one MP4 that is rendered for watching; the segments stay the master."""

    ASKED = "asked"
    RENDERING = "rendering"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


_V = ViewingCopyState
COPY_UNDER_WAY = frozenset({_V.ASKED, _V.RENDERING})
VIEWING_COPY = LifeCycle(
    "viewing copy",
    {
        _V.ASKED: frozenset({_V.RENDERING, _V.FAILED, _V.CANCELLED}),
        _V.RENDERING: frozenset({_V.READY, _V.FAILED, _V.CANCELLED}),
        _V.READY: frozenset({_V.ASKED}),
        _V.FAILED: frozenset({_V.ASKED}),
        _V.CANCELLED: frozenset({_V.ASKED}),
    },
)


class ViewingCopy(msgspec.Struct, frozen=True):
    """One per recording. ``progress`` 0 … 1; ``key``, ``version``, ``sha256``, ``bytes`` once it is ready; ``fault``:
    why it failed, in words for the log; of one that is ready: which stored files could not be put into it."""

    recording: RecordingId
    state: ViewingCopyState
    asked_by: AccountId
    asked_utc_ns: int
    changed_utc_ns: int
    progress: float = 0.0
    key: str = ""
    version: str = ""
    sha256: str = ""
    bytes: int = 0
    fault: str = ""
