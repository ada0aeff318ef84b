"""Numbers: percentiles, and what processes used as ``/proc`` tells it."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
MB = 1_000_000
US_PER_S = 1_000_000


class Usage(NamedTuple):
    """Of one process with all its threads."""

    cpu_s: float
    rss_mb: float


def usage(pid: int) -> Usage:
    """Now. Raises OSError when the process is gone."""
    return Usage(parse_cpu(Path(f"/proc/{pid}/stat").read_text()), parse_rss(Path(f"/proc/{pid}/statm").read_text()))


def parse_cpu(stat: str) -> float:
    """User and system time in seconds (proc(5): fields 14 and 15; the second may hold blanks and brackets)."""
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def parse_rss(statm: str) -> float:
    """Resident set in MB."""
    return int(statm.split()[1]) * _PAGE / MB


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that ``share`` of all do not exceed; 0 of none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]
