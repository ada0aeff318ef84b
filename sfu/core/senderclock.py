"""Relates a publisher's own clock to the node's: for the sender reports that the node writes itself.

All tracks of one connection share it, so that an error moves sound and picture alike.
"""

from bridge.ids import NS_PER_S

_WINDOW_NS = 30 * NS_PER_S
_STEP_NS = NS_PER_S
"""What is heard within so long counts as one: a peer may report as often as it likes, and each costs the same."""
_JUMP = 1 << 32
"""A second in 32.32: the sender's clock was set; what was learned before is worth nothing."""


def ntp_from_ns(utc_ns: int) -> int:
    """32.32 fixed point seconds since 1900 (RFC 3550 §4)."""
    return ((utc_ns // NS_PER_S + 2_208_988_800) << 32) + (utc_ns % NS_PER_S << 32) // NS_PER_S


def ntp_from_span(ns: int) -> int:
    """A span of nanoseconds in 32.32."""
    return (ns << 32) // NS_PER_S


class SenderClock:
    """The least (node time less sender time) over a sliding 30 s, in 32.32; the least waited in no queue."""

    def __init__(self) -> None:
        self._seen: list[tuple[int, int]] = []

    def heard(self, offset: int, now_ns: int) -> None:
        """A sender report came: node's NTP time at its arrival less the time it says."""
        if self._seen and abs(offset - self._seen[-1][1]) > _JUMP:
            self._seen.clear()
        if self._seen and now_ns - self._seen[-1][0] < _STEP_NS:
            at, value = self._seen[-1]
            self._seen[-1] = (at, min(value, offset))
            return
        self._seen = [(at, value) for at, value in self._seen if now_ns - at < _WINDOW_NS]
        self._seen.append((now_ns, offset))

    def least(self, offset: int) -> int:
        """The best offset for a report that came with ``offset``: its own when the clock was set since."""
        known = min((value for _, value in self._seen), default=offset)
        return known if abs(known - offset) <= _JUMP else offset
