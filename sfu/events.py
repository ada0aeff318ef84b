"""The node's numbered events: a ring of the recent ones, and who is reading along."""

import asyncio

from bridge.control import DownlinkOffer, NodeEvent, Numbered, RoomGone
from bridge.ids import ParticipantId, RoomId


class Reader:
    """One consumer's queue. ``cut``: it was too slow, what follows its last event is in the ring."""

    def __init__(self, behind: int) -> None:
        """``behind``: events it may lag; then it is cut off and asks again from its last number."""
        self._behind = behind
        self._queue: asyncio.Queue[Numbered | None] = asyncio.Queue(behind + 1)  # and the end
        self.cut = False

    def put(self, event: Numbered) -> None:
        """Never waits."""
        if self._queue.qsize() >= self._behind:
            self.end()
        elif not self.cut:
            self._queue.put_nowait(event)

    def end(self) -> None:
        """No more comes; what is there already is read first, for a consumer goes on from what it read last."""
        if not self.cut:
            self.cut = True
            self._queue.put_nowait(None)

    async def next(self) -> Numbered | None:
        """None: the end."""
        return await self._queue.get()


class EventRing:
    """Numbers from 1 in one run. An offer that a newer one replaces is not kept (it may have 60 kB): its number is
    then missing, which tells a consumer nothing."""

    def __init__(self, run: str, kept: int) -> None:
        self.run = run
        self._most = kept
        self._kept: dict[int, Numbered] = {}
        """By number, ascending."""
        self._offers: dict[tuple[RoomId, ParticipantId], int] = {}
        self._readers: set[Reader] = set()
        self._last = 0

    def publish(self, event: NodeEvent) -> None:
        """Number it, keep it, hand it to whoever reads."""
        self._last += 1
        numbered = Numbered(self.run, self._last, event)
        self._forget_replaced(event)
        self._kept[self._last] = numbered
        if len(self._kept) > self._most:
            self._forget_oldest()
        for reader in list(self._readers):
            reader.put(numbered)

    def read(self, run: str, after: int) -> Reader:
        """What follows ``after`` of ``run`` (everything kept when the run is another), and what is to come."""
        reader = Reader(self._most)
        first = after if run == self.run else 0
        for numbered in self._kept.values():
            if numbered.number > first:
                reader.put(numbered)
        self._readers.add(reader)
        return reader

    def _forget_replaced(self, event: NodeEvent) -> None:
        if isinstance(event, DownlinkOffer):
            whose = (event.room, event.participant)
            self._kept.pop(self._offers.get(whose, 0), None)
            self._offers[whose] = self._last
        elif isinstance(event, RoomGone):
            for whose in [whose for whose in self._offers if whose[0] == event.room]:
                self._kept.pop(self._offers.pop(whose), None)

    def _forget_oldest(self) -> None:
        oldest = self._kept.pop(next(iter(self._kept)))
        if isinstance(oldest.event, DownlinkOffer):
            whose = (oldest.event.room, oldest.event.participant)
            if self._offers.get(whose) == oldest.number:
                del self._offers[whose]

    def leave(self, reader: Reader) -> None:
        """It reads no more."""
        self._readers.discard(reader)

    def close(self) -> None:
        """Every reader reads what it has, then the end."""
        for reader in self._readers:
            reader.end()
        self._readers.clear()
