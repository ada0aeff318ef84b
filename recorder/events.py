"""The recorder's numbered events: kept for a while, so that a consumer whose line dropped asks for what it missed."""

from collections import deque
from collections.abc import AsyncIterator

from bridge.control import Numbered, RecorderEvent
from recorder.news import News

KEPT = 4096
"""About 200 recordings' worth of segments of one minute; an older consumer asks for the state of what it follows."""


class Events:
    """``run`` names this process's life: numbers count from 1 within it."""

    def __init__(self, run: str) -> None:
        self.run = run
        self._kept: deque[Numbered] = deque(maxlen=KEPT)
        self._number = 0
        self._news = News()

    def publish(self, event: RecorderEvent) -> None:
        """Number and keep it, and wake who listens."""
        self._number += 1
        self._kept.append(Numbered(self.run, self._number, event))
        self._news.tell()

    async def follow(self, run: str, after: int) -> AsyncIterator[Numbered]:
        """What follows ``after`` of ``run`` and goes on for ever; everything kept when the run is another."""
        reached = after if run == self.run else 0
        while True:
            for numbered in [kept for kept in self._kept if kept.number > reached]:
                yield numbered
                reached = numbered.number
            if self._number <= reached:
                await self._news.next()
