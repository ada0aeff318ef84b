"""What the process ``jobs`` counts of itself, and what it tells of it when somebody asks."""

import resource
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from bridge.archive import COPY_UNDER_WAY
from bridge.errors import Unavailable
from bridge.figures import Histogram, Lateness
from bridge.ids import UtcNs
from bridge.jobfigures import JOB_S, Backlog, Buckets, JobFigures, JobsFigures
from bridge.outbox import PAGE
from bridge.ports import Clock
from bridge.repositories import UnitsOfWork
from bridge.search import UNSEALED_STATES
from bridge.states import RecordingState

UNVERIFIED_STATES = (*UNSEALED_STATES, RecordingState.SEALED)


class JobCount:
    """Of one row of the table."""

    def __init__(self, began_utc_ns: UtcNs) -> None:
        self.done = 0
        self.failed = 0
        self.last_done_utc_ns = began_utc_ns
        """Or when this process began: what never ends well is seen as late too."""
        self.seconds = Histogram(JOB_S)


class JobCounts:
    """By the job's name. ``clock`` dates what ended well."""

    def __init__(self, clock: Clock) -> None:
        self.by_name: dict[str, JobCount] = {}
        self._clock = clock

    def known(self, name: str) -> JobCount:
        """Told from the start."""
        return self.by_name.setdefault(name, JobCount(self._clock.utc()))

    def ended(self, name: str, seconds: float, *, well: bool) -> None:
        """One run more."""
        count = self.known(name)
        count.seconds.observe(seconds)
        if well:
            count.done += 1
            count.last_done_utc_ns = self._clock.utc()
        else:
            count.failed += 1

    def figures(self) -> tuple[JobFigures, ...]:
        """In the table's order."""
        return tuple(
            JobFigures(name, one.done, one.failed, one.last_done_utc_ns, buckets_of(one.seconds))
            for name, one in self.by_name.items()
        )


def buckets_of(histogram: Histogram) -> Buckets:
    """As it is told."""
    return Buckets(tuple(histogram.cumulative()), histogram.total)


async def backlog_of(units: UnitsOfWork) -> Backlog | None:
    """None while the database is away: the rest is told all the same."""
    try:
        async with units.reading() as unit:
            recordings = await unit.recordings.in_states(UNVERIFIED_STATES)
            copies = await unit.viewing_copies.in_states(sorted(COPY_UNDER_WAY))
            outbox = await unit.outbox.pending(PAGE)
    except Unavailable:
        return None
    return Backlog(
        dict.fromkeys(map(str, UNVERIFIED_STATES), 0) | Counter(str(one.state) for one in recordings),
        dict.fromkeys(map(str, sorted(COPY_UNDER_WAY)), 0) | Counter(str(one.state) for one in copies),
        len(outbox),
    )


async def figures_of(
    version: str, counts: JobCounts, copies: Mapping[str, int], units: UnitsOfWork, lateness: Lateness
) -> JobsFigures:
    """What is told of this process now."""
    return JobsFigures(
        version,
        counts.figures(),
        dict(copies),
        await backlog_of(units),
        buckets_of(lateness.histogram),
        lateness.p99,
        time.process_time(),
        _resident_bytes(),
    )


def _resident_bytes() -> int:
    """proc(5): the second word of statm, in pages."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize()
