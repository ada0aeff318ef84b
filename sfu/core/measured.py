"""What reports say of all lines together, and what tracks that ended had counted. Per report, not per packet."""

from collections.abc import Iterable
from typing import Protocol

from bridge.figures import JITTER_S, LOST_RATIO, ROUND_TRIP_S, Histogram
from bridge.ids import NS_PER_S
from sfu.core.seam import CoreFigures, DirectionFigures

_FRACTION = 256
"""RFC 3550 §6.4.1: the fraction lost is in 1/256."""


class Counted(Protocol):
    """As much of an up track as is counted."""

    @property
    def received(self) -> int: ...

    @property
    def octets(self) -> int: ...


class Direction:
    """Jitter in seconds and the share lost, as each report of one direction tells them."""

    def __init__(self) -> None:
        self.jitter = Histogram(JITTER_S)
        self.lost = Histogram(LOST_RATIO)

    def reported(self, jitter: int, clock_rate: int, fraction: int) -> None:
        """One report block; ``jitter`` in units of the clock, ``fraction`` of 256."""
        self.jitter.observe(jitter / clock_rate)
        self.lost.observe(fraction / _FRACTION)

    def figures(self) -> DirectionFigures:
        """As the seam tells them."""
        return DirectionFigures(self.jitter, self.lost)


class Measured:
    """``up``: what publishers lost on the way here; ``down``: what receivers report."""

    def __init__(self) -> None:
        self.round_trip = Histogram(ROUND_TRIP_S)
        self.up = Direction()
        self.down = Direction()
        self._received = 0
        self._octets = 0
        self._octets_out = 0

    def took(self, rtt_ns: int) -> None:
        """A round trip was measured."""
        self.round_trip.observe(rtt_ns / NS_PER_S)

    def ended(self, track: Counted) -> None:
        """Its counts stay when it goes: totals never go back."""
        self._received += track.received
        self._octets += track.octets

    def left(self, octets: int) -> None:
        """A receiver's copy goes, so much of which was sent."""
        self._octets_out += octets

    def figures(self, tracks: Iterable[Counted], octets_out: int) -> CoreFigures:
        """Of ``tracks`` and copies that live, and of all before them."""
        living = list(tracks)
        received = self._received + sum(track.received for track in living)
        octets = self._octets + sum(track.octets for track in living)
        sent = self._octets_out + octets_out
        return CoreFigures(received, octets, sent, self.round_trip, self.up.figures(), self.down.figures())
