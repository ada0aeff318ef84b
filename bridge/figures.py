"""How a process counts what it measures, as Prometheus wants it: cumulative buckets. Pure; whoever is scraped words it.

Siblings share it: media node, recorder and web each tell of their own loop in the same buckets.
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from math import inf

LATENESS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""3 ms is what forwarding may cost at p99; from 250 ms on players stutter."""
ROUND_TRIP_S = (0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0)
"""ITU-T G.114: up to 150 ms one way nobody notices, from 400 ms conversation suffers."""
JITTER_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5)
LOST_RATIO = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
_RECENT = 480
"""Samples of which the p99 is told: two minutes at four a second."""


class Histogram:
    """``bounds`` ascending, in the unit of what is observed; beyond the last: +Inf."""

    __slots__ = ("_bounds", "_counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = tuple(bounds)
        self._counts = [0] * (len(self._bounds) + 1)
        self.total = 0.0
        """Of everything observed."""

    def observe(self, value: float) -> None:
        """One more."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self.total += value

    @property
    def count(self) -> int:
        """How many were observed."""
        return sum(self._counts)

    def cumulative(self) -> list[tuple[str, float]]:
        """(upper bound as text, how many were at most that), as the exposition format has it."""
        told, so_far = list[tuple[str, float]](), 0
        for bound, count in zip((*self._bounds, inf), self._counts, strict=True):
            so_far += count
            told.append(("+Inf" if bound == inf else repr(float(bound)), so_far))
        return told


class Lateness:
    """How late a loop turned, in seconds: everything since the start, and the p99 of the last two minutes."""

    def __init__(self) -> None:
        self.histogram = Histogram(LATENESS_S)
        self._recent: deque[float] = deque(maxlen=_RECENT)

    def observe(self, seconds: float) -> None:
        """One more; a timer is never early."""
        late = max(0.0, seconds)
        self.histogram.observe(late)
        self._recent.append(late)

    @property
    def p99(self) -> float:
        """Seconds; 0 while nothing was observed."""
        ordered = sorted(self._recent)
        return ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)] if ordered else 0.0
