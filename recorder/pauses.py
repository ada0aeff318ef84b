"""Senders that pause without a trace in their timestamps.

A phone that goes to sleep, or a browser tab that is frozen, sends nothing for a while and then goes on as if no time
had passed: neither sequence numbers nor RTP timestamps show the pause, only the arrival times and, later, the next
sender report. What looks the same for a moment is a network that held packets back: those catch up.
"""

from bridge.ids import NS_PER_S
from recorder.timeline import rtp_delta

PAUSE_NS = 200_000_000
CAUGHT_UP_NS = 100_000_000
DOUBT_NS = 4 * NS_PER_S
"""A sender report comes within this time, or the packets are placed without it."""


class Pace:
    """Watches arrivals of one track against its timestamps. ``doubtful``: since a silence the timestamps lag behind."""

    def __init__(self, clock_rate: int) -> None:
        self._clock_rate = clock_rate
        self._last: tuple[int, int] | None = None
        self._before: tuple[int, int] | None = None
        self._since = 0
        self._least_lag = 0

    def is_doubtful(self, now: int) -> bool:
        """Whether timestamps should wait for a sender report."""
        return self._before is not None and now - self._since < DOUBT_NS

    def packet(self, timestamp: int, arrival: int) -> None:
        """A packet as it arrives."""
        last, self._last = self._last, (timestamp, arrival)
        if self._before is not None:
            self._least_lag = min(self._least_lag, self._lag(self._before, timestamp, arrival))
            if self._least_lag < CAUGHT_UP_NS:
                self._before = None
        elif last is not None and arrival - last[1] > PAUSE_NS:
            lag = self._lag(last, timestamp, arrival)
            if lag > PAUSE_NS:
                self._before, self._since, self._least_lag = last, arrival, lag

    def conclude(self, now: int, *, closing: bool) -> int:
        """No report came in time, or none will come: what has not caught up was a pause. → how much timestamps lag."""
        if self._before is None or (self.is_doubtful(now) and not closing):
            return 0
        self._before = None
        return self._least_lag

    def settle(self) -> None:
        """A sender report says where the timestamps are, or they begin anew."""
        self._before = None

    def _lag(self, since: tuple[int, int], timestamp: int, arrival: int) -> int:
        """How much more time went by at the node than in the timestamps, ns."""
        return arrival - since[1] - rtp_delta(timestamp, since[0]) * NS_PER_S // self._clock_rate
