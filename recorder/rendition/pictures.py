"""Which decoded picture of a track stands at a moment; the decoder goes forward with the copy, one picture ahead."""

from collections.abc import Iterator

from recorder.rendition.decoding import Shown

_GRAIN_NS = 1_000_000
"""Matroska's times are whole milliseconds: a picture is not shown a frame late for having been rounded up."""


class PictureTrack:
    """Asked with times that only ever grow."""

    def __init__(self, source: Iterator[Shown]) -> None:
        self._source = source
        self._begun = False
        self._current: Shown | None = None
        self._next: Shown | None = None

    def at(self, at_ns: int) -> Shown | None:
        """The last one that began by then; None before the first."""
        if not self._begun:
            self._begun = True
            self._next = next(self._source, None)
        while self._next is not None and self._next.at_ns <= at_ns + _GRAIN_NS:
            self._current, self._next = self._next, next(self._source, None)
        return self._current
