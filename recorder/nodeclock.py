"""Where the monotonic clock of a connected media node stands, as seen from here."""

from bridge.ids import NS_PER_S

CLOSE_NS = NS_PER_S
"""Clocks that are kept right agree better than this."""

DRIFT = 10_000
"""One in so many: two machines' clocks part by no more than 100 millionths; an old sample counts for that much less."""


class NodeClock:
    """The least difference between arriving here and the node's time is the way of a frame that waited nowhere."""

    def __init__(self) -> None:
        self._lag_ns: int | None = None
        self._heard_ns = 0

    def heard(self, now_ns: int, node_ns: int) -> None:
        """A frame that the node stamped so came just now."""
        lag_ns = now_ns - node_ns
        if self._lag_ns is not None:
            lag_ns = min(lag_ns, self._lag_ns + (now_ns - self._heard_ns) // DRIFT)
        self._lag_ns, self._heard_ns = lag_ns, now_ns

    def reads(self, now_ns: int) -> int | None:
        """The node's clock now; None while nothing was heard."""
        return None if self._lag_ns is None else now_ns - self._lag_ns


def next_part_at(*, by_wall: int, by_mono: int, same_node: bool, heard: int, now: int | None, age: int) -> int:
    """Media time at which another run of a node begins, or another node. ``heard``: of the last frame; ``now``: None
    when this process heard nothing of the run before; ``age``: how long ago that was, by the new node's own clock.

    Of one node: a monotonic clock says nothing when the machine was started anew, a wall clock nothing when it was set
    meanwhile; so what both say is right, else what lies between the last frame heard and now, else now. Two machines'
    clocks are compared only when this process knows no now: its own clock and the age are right to the way of a frame.
    """
    if not same_node and now is not None:
        return max(heard, now - max(0, age))
    if abs(by_wall - by_mono) < CLOSE_NS:
        return max(by_wall, heard)
    for said in (by_mono, by_wall) if same_node else (by_wall, by_mono):
        if heard <= said and (now is None or said <= now + CLOSE_NS):
            return said
    return max(heard, now or 0)
