"""What the process ``jobs`` tells of itself to who words it for Prometheus (web)."""

from collections.abc import Mapping

import msgspec

from bridge.ids import UtcNs

JOB_S = (0.01, 0.1, 1.0, 10.0, 60.0, 600.0, 3_600.0)
"""A look for work takes milliseconds; sealing a day of thirty points reads every byte of it."""


class Buckets(msgspec.Struct, frozen=True):
    """A histogram: cumulative, by upper bound as text; ``total`` of everything observed, in its unit."""

    cumulative: tuple[tuple[str, float], ...]
    total: float


class JobFigures(msgspec.Struct, frozen=True):
    """One row of the table of jobs since this process began: runs that ended well and not, when one last did well
    (or the process began), and how long they took, in seconds."""

    name: str
    done: int
    failed: int
    last_done_utc_ns: UtcNs
    seconds: Buckets


class Backlog(msgspec.Struct, frozen=True):
    """What waits in the database: recordings not yet verified and viewing copies under way, by state, and rows of the
    outbox, of which no more than a page is counted."""

    recordings: Mapping[str, int]
    copies: Mapping[str, int]
    outbox: int


class JobsFigures(msgspec.Struct, frozen=True):
    """The whole. ``copies``: viewing copies that ended here, by how; ``backlog``: None while the database is away;
    ``processor_s`` and ``resident_bytes``: of the process, without the renderer that it starts."""

    version: str
    jobs: tuple[JobFigures, ...]
    copies: Mapping[str, int]
    backlog: Backlog | None
    lateness: Buckets
    late_p99_s: float
    processor_s: float
    resident_bytes: int
