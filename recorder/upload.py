"""The upload lane of a recording: finished segments into the object store, in order, nothing twice, for as long as it
takes. While the store is away the spool keeps everything."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import NamedTuple

from bridge.errors import Code, Refusal, Unavailable
from bridge.ports import ObjectStore, StoredObject
from recorder.spool import DoneSegment

FIRST_RETRY_S = 0.5
LAST_RETRY_S = 5.0
LOOK_S = 5.0
"""Files come once a minute: who is in the room must hear before that that the store is away."""

CHUNK = 1024 * 1024

_log = logging.getLogger(__name__)


class Waiting(NamedTuple):
    """A file to be stored. ``part``, ``track``: whose it is."""

    part: int
    track: int
    path: Path
    done: DoneSegment


class Uploads:
    """``after``: what to do once a file is stored; ``reachable``: told when the store goes away and comes back."""

    def __init__(
        self,
        objects: ObjectStore,
        retain_until_utc_ns: int,
        after: Callable[[Waiting, StoredObject], Awaitable[None]],
        reachable: Callable[[bool], None],
    ) -> None:
        self.available = True
        self._objects = objects
        self._retain = retain_until_utc_ns
        self._after = after
        self._reachable = reachable
        self._queue: deque[Waiting] = deque()
        self._news = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def waiting_bytes(self) -> int:
        """What the spool keeps for the store."""
        return sum(waiting.done.written.bytes for waiting in self._queue)

    def add(self, waiting: Waiting) -> None:
        """Store it after everything added before."""
        self._queue.append(waiting)
        self._idle.clear()
        self._news.set()

    async def drained(self) -> None:
        """Return when everything added is stored."""
        await self._idle.wait()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._queue:
                waiting = self._queue[0]
                stored = await self._store_segment(waiting)
                await self._after(waiting, stored)
                self._queue.popleft()
            self._idle.set()

    async def look(self) -> None:
        """Ask the store whether it is there while nothing waits for it. Until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            await self._idle.wait()
            try:
                await self._objects.answers()
            except Refusal as refusal:
                answers = False
                if self.available:
                    _log.warning("the object store does not answer: %s", refusal)
            else:
                answers = True
            if self._idle.is_set():  # else what happens to the file says more
                self._reach(available=answers)

    async def _store_segment(self, waiting: Waiting) -> StoredObject:
        """Under its key, or under another when other bytes of it were stored before (from a copy of this spool)."""
        folder, _, name = waiting.done.written.key.rpartition("/")
        stem, _, suffix = name.partition(".")
        for attempt in count(1):
            key = waiting.done.written.key if attempt == 1 else f"{folder}/{stem}-{attempt}.{suffix}"
            try:
                return await self.store(key, waiting.path)
            except Refusal as refusal:
                _log.error("segment %s: %s", key, refusal)
        raise RuntimeError("count ends")

    async def store(self, key: str, body: Path | bytes) -> StoredObject:
        """Until it is stored; other refusals than that are tried again as well, for nothing may be dropped.

        Raises Refusal(object_exists) when other bytes are there.
        """
        delay = FIRST_RETRY_S
        while True:
            try:
                chunks = body if isinstance(body, bytes) else _chunks(body)
                stored = await self._objects.put(key, chunks, self._retain)
            except Refusal as refusal:
                if refusal.code is Code.OBJECT_EXISTS:
                    raise
                level = logging.WARNING if isinstance(refusal, Unavailable) else logging.ERROR
                _log.log(level, "object %s not stored yet: %s", key, refusal)
                self._reach(available=False)
                await asyncio.sleep(delay)
                delay = min(2 * delay, LAST_RETRY_S)
            else:
                self._reach(available=True)
                return stored

    def _reach(self, *, available: bool) -> None:
        if available is not self.available:
            self.available = available
            self._reachable(available)


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
