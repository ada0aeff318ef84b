"""The points one may ask the archive for, kept at hand: a choice of its form, which must not cost more than the page.

Of a hundred thousand recordings of 150 agencies the database finds them in half a second.
"""

from collections.abc import Sequence

import msgspec

from bridge.ids import NS_PER_S, AgencyId
from bridge.ports import Clock
from bridge.repositories import UnitOfWork
from bridge.search import PointName

FRESH_NS = 60 * NS_PER_S
"""A point that was never recorded before is offered that much later; its recordings are found at once."""

MOST = 500
"""Sets of agencies: a province has a hundred and fifty, and a few who see several."""


class _Read(msgspec.Struct, frozen=True):
    """As it was read at a moment."""

    at: int
    points: Sequence[PointName]


class ArchivePoints:
    """Kept by whose recordings a reader may see, so that nobody is offered what only another may see."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._read: dict[frozenset[AgencyId] | None, _Read] = {}

    async def of(self, unit: UnitOfWork, agencies: frozenset[AgencyId] | None) -> Sequence[PointName]:
        """By name. Raises Unavailable."""
        now, known = self._clock.mono(), self._read.get(agencies)
        if known is not None and now - known.at < FRESH_NS:
            return known.points
        points = await unit.recordings.points(agencies)
        self._read.pop(agencies, None)
        while len(self._read) >= MOST:
            self._read.pop(next(iter(self._read)))  # the one read longest ago
        self._read[agencies] = _Read(now, points)
        return points
