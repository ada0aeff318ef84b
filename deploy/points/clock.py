"""A point's own wall clock, which may be hours wrong and may drift, as those of real machines do.

aiortc writes sender reports by one clock for the whole process; here each connection's reports are written by the
clock of the point it belongs to, found through the context its tasks were started in. aiortc also tells when a packet
was sent; here it is told when its picture was painted or its sound sampled, as browsers do: on a busy machine encoding
takes a while, and another while for each point.
"""

import contextlib
import contextvars
from collections.abc import Iterator

from aiortc import clock as aiortc_clock

from bridge.ids import NS_PER_S
from bridge.ports import Clock

_NTP_EPOCH = 2_208_988_800
"""Seconds from 1900 to 1970 (RFC 5905)."""

_current: contextvars.ContextVar["PointClock | None"] = contextvars.ContextVar("point_clock", default=None)
_sampled: contextvars.ContextVar[float | None] = contextvars.ContextVar("sampled_utc", default=None)
"""Of the task that sends one track: the time of what it sends."""
_machine_ntp_time = aiortc_clock.current_ntp_time


class PointClock:
    """Starts ``offset_seconds`` away from the machine's clock and runs ``drift`` (seconds a second) too fast."""

    def __init__(self, clock: Clock, offset_seconds: float = 0.0, drift: float = 0.0) -> None:
        self._clock = clock
        self._began_mono = clock.mono()
        self._machine_began = clock.utc()
        self._began_utc = self._machine_began + round(offset_seconds * NS_PER_S)
        self._rate = 1.0 + drift

    def utc(self) -> float:
        """This clock's wall time, seconds since 1970."""
        return (self._began_utc + (self._clock.mono() - self._began_mono) * self._rate) / NS_PER_S

    def delay_until(self, utc: float) -> float:
        """Real seconds until this clock shows ``utc``; 0 when that is past."""
        return max(0.0, (utc - self.utc()) / self._rate)

    def machine_utc(self, utc: float) -> float:
        """The machine's wall time when this clock showed ``utc``."""
        return (self._machine_began + (utc * NS_PER_S - self._began_utc) / self._rate) / NS_PER_S

    def ntp(self) -> int:
        """As 32.32 fixed point (RFC 3550 §4): the time of what the task at hand sends, elsewhere this clock's."""
        sampled = _sampled.get()
        return round(((self.utc() if sampled is None else sampled) + _NTP_EPOCH) * (1 << 32))

    @staticmethod
    def hand_out(utc: float) -> None:
        """What the task at hand sends from now on was painted or sampled at this time."""
        _sampled.set(utc)

    @contextlib.contextmanager
    def rules(self) -> Iterator[None]:
        """Connections whose tasks begin inside report by this clock."""
        aiortc_clock.current_ntp_time = _ntp_time
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


def _ntp_time() -> int:
    own = _current.get()
    return _machine_ntp_time() if own is None else own.ntp()
