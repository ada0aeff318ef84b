"""The recorder's numbered events: kept for a while, so that a consumer whose line dropped asks for what it missed."""

from collections import deque
from collections.abc import AsyncIterator
from typing import NamedTuple

from bridge.control import Numbered
from bridge.recorder_control import RecorderEvent, SegmentStored, SpoolChanged, StoreChanged
from recorder.news import News

KEPT = 4096
"""About 200 recordings' worth of segments of one minute; an older consumer asks for the state of what it follows."""


class Published(NamedTuple):
    """What was told since the start, counted."""

    segments: int = 0
    stored_bytes: int = 0
    store_away: int = 0
    spool_full: int = 0

    def with_(self, event: RecorderEvent) -> "Published":
        """One more."""
        match event:
            case SegmentStored(bytes=size):
                return self._replace(segments=self.segments + 1, stored_bytes=self.stored_bytes + size)
            case StoreChanged(available=False):
                return self._replace(store_away=self.store_away + 1)
            case SpoolChanged(state="full"):
                return self._replace(spool_full=self.spool_full + 1)
            case _:
                return self


class Events:
    """``run`` names this process's life: numbers count from 1 within it."""

    def __init__(self, run: str) -> None:
        self.run = run
        self.published = Published()
        self._kept: deque[Numbered] = deque(maxlen=KEPT)
        self._number = 0
        self._news = News()

    def publish(self, event: RecorderEvent) -> None:
        """Number and keep it, and wake who listens."""
        self._number += 1
        self.published = self.published.with_(event)
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
