"""The last packets of one up track, shared by all who receive it: what a repetition or a newcomer is served from."""

from typing import NamedTuple

from bridge.ids import NS_PER_S
from bridge.media import Codec

_TIMES = 4


class Sizes(NamedTuple):
    """Packets that a ring keeps, all powers of two: before anything is measured, at least, at most."""

    first: int
    least: int
    most: int


_SOUND = Sizes(256, 64, 256)
_PICTURE = Sizes(512, 128, 1024)
"""LiveKit keeps 200 and 500, Galène 128 to 1024. Not more than SRTP's window, behind which nothing is sent again."""


def sizes(codec: Codec) -> Sizes:
    """Of a track of this codec."""
    return _SOUND if codec is Codec.OPUS else _PICTURE


def needed(rtt_ns: int, jitter_ns: int, packets_a_second: float) -> int:
    """Packets in four times what one repetition takes (round trip and spread of arrivals): the first asking and three
    more. Galène's rule."""
    return int(_TIMES * (rtt_ns + _TIMES * jitter_ns) * packets_a_second / NS_PER_S)


NEWCOMER_PACKETS = 40
"""A key frame further back is cheaper asked for anew than sent whole with all that follows it."""


class Kept(NamedTuple):
    """One packet. ``template``: 12 bytes of header to be patched, then what every receiver gets alike."""

    number: int
    timestamp: int
    marker: int
    template: bytes


class Ring:
    """By number; a newer packet overwrites the one ``size`` before it."""

    def __init__(self, allowed: Sizes) -> None:
        self._allowed = allowed
        self._mask = allowed.first - 1
        self._slots: list[Kept | None] = [None] * allowed.first

    @property
    def size(self) -> int:
        """Packets that have a place."""
        return len(self._slots)

    def fit(self, packets: int) -> None:
        """Room for so many, within what is allowed: grows at once, and halves when a quarter would do."""
        size = len(self._slots)
        if packets > size:
            self._resize(min(self._allowed.most, 1 << (packets - 1).bit_length()))
        elif packets * 4 <= size > self._allowed.least:
            self._resize(size // 2)

    def _resize(self, size: int) -> None:
        """The newest stay, whatever place they had."""
        kept = [slot for slot in self._slots if slot is not None]
        self._mask = size - 1
        self._slots = [None] * size
        for slot in kept:
            self.put(slot)

    def put(self, kept: Kept) -> None:
        """Keep it, unless it is so late that a newer one has its place."""
        place = kept.number & self._mask
        there = self._slots[place]
        if there is None or there.number < kept.number:
            self._slots[place] = kept

    def get(self, number: int) -> Kept | None:
        """None when it never came or is gone."""
        kept = self._slots[number & self._mask]
        return kept if kept is not None and kept.number == number else None

    def run(self, first: int, last: int) -> list[Kept] | None:
        """All from ``first`` to ``last``; None when one is missing or there are too many for a newcomer."""
        if not 0 <= last - first < NEWCOMER_PACKETS:
            return None
        kept = [self.get(number) for number in range(first, last + 1)]
        whole = [packet for packet in kept if packet is not None]
        return whole if len(whole) == len(kept) else None
