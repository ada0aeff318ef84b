"""Packets of one track back in the order they were sent: repair window, duplicates, sequence numbers unwrapped.

A pure core. The tap hands packets over as they reached the node, retransmissions last, so a missing number is waited
for as long as a retransmission may still bring it. ``put`` a packet, then ``take`` until it gives None.
"""

from typing import NamedTuple

from recorder.rtp import RtpPacket

MAX_PENDING = 4096
"""More packets than this behind one hole are not waited for: about 10 s of a 4 Mb/s stream."""

MAX_LATE = 1000
"""A number this far behind is no late packet but a sender that began anew, once its successor confirms it."""


class Arrived(NamedTuple):
    """A packet with its tap number, its arrival on the node's clock and its unwrapped sequence number."""

    number: int
    arrival: int
    extended: int
    packet: RtpPacket


class Hole(NamedTuple):
    """``missing`` packets that nothing brought; 0: the sender began a new numbering, nothing known to be missing."""

    missing: int


class Reorder:
    """``window_ns``: how long after a later packet's arrival a missing one is waited for.

    ``expected``: the unwrapped number to go on from (after a restart); None: whatever comes first.
    """

    def __init__(self, window_ns: int, expected: int | None = None) -> None:
        self.expected = expected
        self.duplicates = 0
        self._window_ns = window_ns
        self._pending: dict[int, Arrived] = {}
        self._hole_seen: int | None = None
        self._stray: int | None = None
        self._restart: Arrived | None = None
        self._untouched = expected is None

    def put(self, number: int, arrival: int, packet: RtpPacket) -> None:
        """A packet in the order of arrival."""
        if self.expected is None:
            self.expected = packet.sequence
        extended = _unwrap(packet.sequence, self.expected)
        if self._untouched and 0 < self.expected - extended <= MAX_LATE:
            self.expected = extended
        if extended < self.expected:
            self._put_late(Arrived(number, arrival, extended, packet), self.expected - extended)
        elif extended in self._pending:
            self.duplicates += 1
        else:
            self._stray = None
            self._pending[extended] = Arrived(number, arrival, extended, packet)

    def take(self, now: int, *, closing: bool = False) -> Arrived | Hole | None:
        """The next packet, or the hole given up at ``now``; ``closing``: nothing more will come, wait for nothing."""
        expected = self.expected
        if expected is not None and (found := self._pending.pop(expected, None)) is not None:
            self.expected = expected + 1
            self._hole_seen = None
            self._untouched = False
            return found
        if self._pending and expected is not None:
            return self._give_up(expected) if closing or self._waited_enough(now) else None
        return self._begin_anew()

    def hole_age(self, now: int) -> int:
        """How long the next packet has been waited for, ns; 0 when nothing is missing."""
        return now - self._hole_seen if self._hole_seen is not None else 0

    def least_number(self) -> int | None:
        """The lowest tap number among packets not taken yet."""
        numbers = [arrived.number for arrived in self._pending.values()]
        if self._restart is not None:
            numbers.append(self._restart.number)
        return min(numbers, default=None)

    def _put_late(self, late: Arrived, behind: int) -> None:
        """Behind what was taken: a duplicate, or the second packet of a numbering that began anew."""
        if behind > MAX_LATE:
            if self._stray is not None and late.extended == self._stray + 1:
                self._restart = late
            self._stray = late.extended
        else:
            self.duplicates += 1

    def _waited_enough(self, now: int) -> bool:
        if self._hole_seen is None:
            self._hole_seen = min(arrived.arrival for arrived in self._pending.values())
        full = len(self._pending) > MAX_PENDING
        return full or self._restart is not None or now - self._hole_seen > self._window_ns

    def _give_up(self, expected: int) -> Hole:
        resumed = min(self._pending)
        hole = Hole(resumed - expected)
        self.expected = resumed
        self._hole_seen = None
        return hole

    def _begin_anew(self) -> Hole | None:
        if self._restart is None:
            return None
        first, self._restart = self._restart, None
        self.expected = first.extended
        self._pending[first.extended] = first
        return Hole(0)


def _unwrap(sequence: int, expected: int) -> int:
    """The number nearest to what is expected (RFC 3550 appendix A.1 keeps a cycle count for the same)."""
    return expected + ((sequence - expected + 0x8000) & 0xFFFF) - 0x8000
