"""The last packets of one up track, shared by all who receive it: what a repetition or a newcomer is served from."""

from typing import NamedTuple

from bridge.media import Codec

SIZES = {codec: 256 if codec is Codec.OPUS else 512 for codec in Codec}
"""Packets kept (LiveKit: 200 audio, 500 video; here powers of two): 5 s of audio, 3 s of video at 1.5 Mb/s."""

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

    def __init__(self, size: int) -> None:
        self._mask = size - 1
        self._slots: list[Kept | None] = [None] * size

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
