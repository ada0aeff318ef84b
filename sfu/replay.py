"""What the tap keeps until the recorder has it on disk. Pure: frames in, frames out, time as an argument.

Bounded by age and by bytes. Drop rule: the oldest RTP and sender reports go first, declared with LOST; what says
what a track is (TRACK, GATE, END, START, STOP, LOST, TICK) is never dropped.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import NamedTuple

from bridge.tap import FrameKind, Lost, pack_declaration, pack_frame

_DROPPABLE = (FrameKind.RTP, FrameKind.SENDER_REPORT)


class _Entry(NamedTuple):
    kind: FrameKind
    track: int
    number: int
    arrival_ns: int
    frame: bytes


class Replay:
    """All tracks of one stream in the order of their making, each with its own numbers from 1."""

    def __init__(self, keep_ns: int, keep_bytes: int) -> None:
        self._keep_ns = keep_ns
        self._keep_bytes = keep_bytes
        self._numbers: dict[int, int] = {}
        self._confirmed: dict[int, int] = {}
        self._held: deque[_Entry] = deque()
        """Undroppable and older than all the rest; sent."""
        self._sent: deque[_Entry] = deque()
        self._overdue: deque[_Entry] = deque()
        """Undroppable, older than what is pending, and not sent: a connection stood still."""
        self._pending: deque[_Entry] = deque()
        self._bytes = 0
        self._lost: dict[int, Lost] = {}
        """Dropped and not yet declared."""

    @property
    def is_pending(self) -> bool:
        """There is something to send."""
        return bool(self._overdue or self._pending)

    @property
    def held_bytes(self) -> int:
        """What is kept: not confirmed yet, or not yet let go."""
        return self._bytes

    def add(self, kind: FrameKind, track: int, arrival_ns: int, body: bytes = b"") -> None:
        """The next frame of this track."""
        number = self._numbers.get(track, 0) + 1
        self._numbers[track] = number
        frame = pack_frame(kind, track, number, arrival_ns, body)
        self._pending.append(_Entry(kind, track, number, arrival_ns, frame))
        self._bytes += len(frame)

    def take(self, most: int) -> list[bytes]:
        """The next frames to send, about ``most`` bytes of them; they count as sent."""
        frames: list[bytes] = []
        size = 0
        while (queue := self._overdue or self._pending) and size < most:
            entry = queue.popleft()
            self._sent.append(entry)
            frames.append(entry.frame)
            size += len(entry.frame)
        return frames

    def resume(self, durable: Mapping[int, int], now_ns: int) -> None:
        """A new connection: everything that is not durable is to be sent (again), and what was dropped is declared."""
        for track, number in durable.items():
            self._confirmed[track] = max(number, self._confirmed.get(track, 0))
        self._pending = deque(entry for entry in self._all() if not self._is_confirmed(entry))
        self._held.clear()
        self._sent.clear()
        self._overdue.clear()
        self._bytes = sum(len(entry.frame) for entry in self._pending)
        self.declare_lost(now_ns)

    def confirm(self, track: int, number: int) -> None:
        """Everything of ``track`` up to ``number`` is durable. A number never sent counts as the last one."""
        number = min(number, self._numbers.get(track, 0))
        self._confirmed[track] = max(number, self._confirmed.get(track, 0))
        self._trim(self._held)
        self._trim(self._sent)

    def expire(self, now_ns: int) -> bool:
        """Drop what is too old or too much; True when something not confirmed was dropped."""
        before = len(self._lost)
        dropped = False
        while (entry := self._oldest()) is not None and self._is_over(entry, now_ns):
            queue, kept = (self._sent, self._held) if self._sent else (self._pending, self._overdue)
            queue.popleft()
            if self._is_confirmed(entry):
                self._bytes -= len(entry.frame)
            elif entry.kind in _DROPPABLE:
                self._bytes -= len(entry.frame)
                self._lose(entry)
                dropped = True
            else:
                kept.append(entry)
        return dropped or len(self._lost) > before

    def declare_lost(self, now_ns: int) -> None:
        """Say what was dropped since the last time, with a LOST frame per track."""
        lost, self._lost = self._lost, {}
        for track, span in lost.items():
            first = max(span.first, self._confirmed.get(track, 0) + 1)
            if first <= span.last:
                body = Lost(first, span.last, span.first_mono_ns, span.last_mono_ns)
                self.add(FrameKind.LOST, track, now_ns, pack_declaration(body))

    def behind_ns(self, now_ns: int) -> int:
        """Age of the oldest frame that is not durable; 0 when all is."""
        for entry in self._all():
            if not self._is_confirmed(entry):
                return max(0, now_ns - entry.arrival_ns)
        return 0

    def _all(self) -> Iterable[_Entry]:
        """In the order in which they were made."""
        return chain(self._held, self._sent, self._overdue, self._pending)

    def _oldest(self) -> _Entry | None:
        queue = self._sent or self._pending
        return queue[0] if queue else None

    def _is_over(self, entry: _Entry, now_ns: int) -> bool:
        return now_ns - entry.arrival_ns > self._keep_ns or self._bytes > self._keep_bytes

    def _is_confirmed(self, entry: _Entry) -> bool:
        return entry.number <= self._confirmed.get(entry.track, 0)

    def _lose(self, entry: _Entry) -> None:
        known = self._lost.get(entry.track)
        first, first_ns = (entry.number, entry.arrival_ns) if known is None else (known.first, known.first_mono_ns)
        self._lost[entry.track] = Lost(first, entry.number, first_ns, entry.arrival_ns)

    def _trim(self, queue: deque[_Entry]) -> None:
        while queue and self._is_confirmed(queue[0]):
            self._bytes -= len(queue.popleft().frame)


def durable_of(said: Mapping[str, int]) -> dict[int, int]:
    """Resume's map with its track numbers as numbers; what is none is left out."""
    return {int(track): number for track, number in _numeric(said.items())}


def _numeric(items: Iterable[tuple[str, int]]) -> Iterable[tuple[str, int]]:
    return ((track, number) for track, number in items if track.isascii() and track.isdigit())
