"""Numbers for what is forwarded: the publisher's sequence without the packets that were dropped on purpose.

A closed gate and padding-only packets must not look like loss to receivers, so forwarded packets get numbers of
their own, without holes where something was dropped. Late packets find the numbering of their time again.
"""

from collections import deque

_REACH = 1024
"""How far back a number may still be given: behind SRTP's window nothing is sent any more. So a hole has no more:
numbers that ran ahead unseen would come round to those that a receiver's key stream was used with."""
_SPANS = 128
"""Changes of numbering that are remembered (Galène's packet map keeps as many)."""


class Numbering:
    """Extended sequence → number. ``first``: the number of the first forwarded packet."""

    def __init__(self, first: int) -> None:
        self.last = first - 1
        """All up to here are given, or are holes."""
        self._given = first - 1
        """The highest number given."""
        self._holes: dict[int, None] = {}
        """Numbers below ``last`` that were never given, ascending."""
        self._shift: int | None = None
        self._spans: deque[tuple[int, int | None]] = deque(maxlen=_SPANS)
        """(from this sequence on, subtract this; None: dropped)."""

    @property
    def rests(self) -> bool:
        """Nothing is forwarded now: before the first packet, and after :meth:`interrupt`."""
        return self._shift is None

    def forward(self, sequence: int) -> int:
        """The number of a packet that is newer than all before it."""
        self._stay_near(sequence)
        shift = self._shift
        if shift is None:
            shift = sequence - self.last - 1
            self._open(sequence, shift)
        number = sequence - shift
        if number != self.last + 1:
            self._leave(number)
        self.last = self._given = number
        return number

    def drop(self, sequence: int) -> None:
        """A packet newer than all before it is dropped alone; what may still be missing before it keeps its place."""
        self._stay_near(sequence)
        shift = self._shift
        if shift is not None:
            self._spans.append((sequence, None))
            self._open(sequence + 1, shift + 1)
            self._leave(sequence - shift)
            self.last = sequence - shift - 1

    def interrupt(self, sequence: int) -> None:
        """From this sequence on everything is dropped, until the next :meth:`forward`.

        What may still be missing before it keeps its number: one given twice would be two packets under one key
        stream.
        """
        if self._shift is not None:
            before = min(sequence - self._shift, self._given + 1 + _REACH)
            self._leave(before)
            self.last = before - 1
            self._spans.append((before + self._shift, None))
            self._shift = None

    def late(self, sequence: int) -> int | None:
        """The number of a packet older than the newest; None when it belongs to what was dropped, or is too old."""
        for start, shift in reversed(self._spans):
            if start <= sequence:
                return None if shift is None else sequence - shift
        return None

    def lacks(self, number: int) -> bool:
        """True when this number certainly was never given: one given twice is two packets under one key stream."""
        return number in self._holes and number > self.last - _REACH

    def fill(self, number: int) -> None:
        """It is given now."""
        self._holes.pop(number, None)

    def _stay_near(self, sequence: int) -> None:
        """Begin anew behind a hole that is too large."""
        if self._shift is not None and sequence - self._shift > self._given + 1 + _REACH:
            self.interrupt(sequence)

    def _leave(self, before: int) -> None:
        """All between ``last`` and ``before`` are missing."""
        for number in range(max(self.last + 1, before - _REACH), before):
            self._holes[number] = None
        while len(self._holes) > _REACH:
            del self._holes[next(iter(self._holes))]

    def _open(self, sequence: int, shift: int) -> None:
        self._shift = shift
        self._spans.append((sequence, shift))
