"""A person tries their line before the day: each path for ten seconds, and a report that the operator reads. Pure.

What was measured is the browser's own word; it decides nothing, and no address of anybody is in it.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import msgspec

from bridge.ids import AccountId, AgencyId, ReceptionId, SeatId
from bridge.quality import LineSpan, Quality, quality_of

SECONDS = 10
"""Of each path: long enough for a picture to reach its rate, short enough that people wait for the end."""

KEPT = 500
"""Reports in the whole installation; each person has one, the newest."""
KEPT_DAYS = 90
"""They name people, and a line of three months ago says nothing of the next reception."""

_NUMBERS = 1_000_000
_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
_Ms = Annotated[float, msgspec.Meta(ge=0, le=60_000)]
_Kbps = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]


class LinePath(StrEnum):
    """Ways from a browser to us. ``WEBSOCKET`` carries the room's messages, the others picture and sound."""

    WEBSOCKET = "websocket"
    UDP = "udp"
    TCP = "tcp"
    RELAY = "relay"


class Outcome(StrEnum):
    """``UNTRIED``: there is no such way here, or not for who has neither account nor code."""

    WORKS = "works"
    BLOCKED = "blocked"
    UNTRIED = "untried"


class PathResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a browser measured on one path. ``up``: from it to us. ``loss``: share of the packets; of a WebSocket there
    is none. All numbers are 0 where the path does not work."""

    path: LinePath
    outcome: Outcome
    loss_up: _Share
    loss_down: _Share
    jitter_ms: _Ms
    rtt_ms: _Ms
    kbps_up: _Kbps
    kbps_down: _Kbps

    @property
    def quality(self) -> Quality | None:
        """In a word; None when it does not work."""
        if self.outcome is not Outcome.WORKS:
            return None
        loss = max(self.loss_up, self.loss_down)
        return quality_of(LineSpan(loss, self.jitter_ms, self.rtt_ms, self.kbps_up).rating)


class Tester(msgspec.Struct, frozen=True):
    """Who tries. An account, or a seat that was entered by a code, or nobody known."""

    who: str = ""
    agency: AgencyId | None = None
    account: AccountId | None = None
    reception: ReceptionId | None = None
    seat: SeatId | None = None

    @property
    def is_known(self) -> bool:
        """Whether they may try the relay, which is not for strangers."""
        return self.account is not None or self.seat is not None


class LineTest(msgspec.Struct, frozen=True):
    """A report. ``number``: six digits to be read aloud over the telephone; ``device``: browser and system."""

    id: str
    number: str
    at_utc_ns: int
    who: str
    agency: AgencyId | None
    account: AccountId | None
    reception: ReceptionId | None
    seat: SeatId | None
    device: str
    paths: tuple[PathResult, ...]

    @property
    def is_closed(self) -> bool:
        """Whether picture and sound were tried and get through by no path."""
        media = [one.outcome for one in self.paths if one.path is not LinePath.WEBSOCKET]
        return Outcome.BLOCKED in media and Outcome.WORKS not in media

    @property
    def quality(self) -> Quality | None:
        """Of the path that a session would take; None when picture and sound get through by none, or none was
        tried."""
        best = best_of(self.paths)
        return None if best is None else best.quality


def best_of(paths: Sequence[PathResult]) -> PathResult | None:
    """Browsers take UDP before TCP and a relay last."""
    working = {one.path: one for one in paths if one.outcome is Outcome.WORKS}
    order = (LinePath.UDP, LinePath.TCP, LinePath.RELAY)
    return next((working[path] for path in order if path in working), None)


def number_of(bits: int) -> str:
    """Six digits from random bits."""
    return f"{bits % _NUMBERS:06d}"
