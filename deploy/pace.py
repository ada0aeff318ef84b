"""Keeps a process within its share of a core by sleeping; all of its threads count."""

import time
from collections.abc import Callable

_GRAIN_S = 0.02
"""Less is not worth a sleep."""
_CREDIT_S = 1.0
"""Who waited for the disk may not catch up for longer than this."""


class CpuPace:
    """Called often. ``percent``: hundredths of a core, over any stretch of some seconds."""

    def __init__(
        self,
        percent: float,
        cpu: Callable[[], float] = time.process_time,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._share = percent / 100
        self._cpu, self._now, self._sleep = cpu, now, sleep
        self._used, self._since = cpu(), now()

    def __call__(self) -> None:
        """Sleeps for as long as too much was used."""
        owed = (self._cpu() - self._used) / self._share - (self._now() - self._since)
        if owed > _GRAIN_S:
            self._sleep(owed)
        elif owed < -_CREDIT_S:
            self._used, self._since = self._cpu(), self._now() - _CREDIT_S
