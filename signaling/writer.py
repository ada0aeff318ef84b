"""One room's way into storage: a single queue, so that events are stored in the order in which they were decided.

What has already taken effect (mute, floor, presence) waits here while the database is away, lies in the local journal
meanwhile (:mod:`signaling.keeper`), and is written later, in order. What must be stored first (join, close) is refused
at once then. Whether the database took what it did not answer is asked of it as soon as it is back.

Bounded: at ``capacity`` further commands are refused, who speaks is no longer noted from half of it, and what is not
ours to refuse (somebody lost the line) has as much again. Whatever could not be kept is counted and logged.
"""

import asyncio
import logging
from collections import deque

import msgspec

from bridge.errors import Conflict, Refusal, Unavailable
from bridge.kept import Batch
from bridge.policy import SYSTEM
from bridge.ports import LocalJournal
from bridge.stream import Stream
from signaling.keeper import Keeper, Waiting

_log = logging.getLogger(__name__)
AGAIN_S = 0.5
"""A database that restarts is back within seconds; asking twice a second costs it nothing."""

KEEP_S = 5.0
"""What a disk gets to take in the rest of a room that ends."""

_NOTHING = Batch(SYSTEM, "", (), 0)


class Writer:
    """``stream`` is written by nobody else of this process."""

    def __init__(self, stream: Stream, capacity: int, journal: LocalJournal) -> None:
        self._stream = stream
        self._capacity = capacity
        self._queue: deque[Waiting] = deque()
        self.keeper = Keeper(journal, stream.stored.id, self._queue, lambda: self.version)
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._in_doubt = False
        self._behind = False
        """A page wrote while something waited here: taken in with the next append, or when nothing waits any more."""
        self.lost = 0
        """How many events could not be kept since the database was there last."""
        self.away: Unavailable | None = None
        """Set while the database does not answer."""

    @property
    def version(self) -> int:
        """Of the last stored event."""
        return self._stream.stored.version

    @property
    def is_filling(self) -> bool:
        """Half of what can wait waits."""
        return len(self._queue) * 2 >= self._capacity

    def add(self, batch: Batch, *, room: float = 1.0) -> bool:
        """Takes effect now, to be stored after everything before. ``room``: how much of the capacity this kind of event
        may fill; False when that is full."""
        if len(self._queue) >= self._capacity * room:
            self.lost += 1
            _log.error("%s: %s not kept, %d in all", self._stream.stored.id, batch.action, self.lost)
            return False
        self._put(Waiting(batch, takes_effect=True))
        self.keeper.want()
        return True

    def take_up(self, batch: Batch) -> None:
        """One that lies in the local journal already."""
        waiting = Waiting(batch, takes_effect=True, kept=True)
        waiting.settle()
        self._put(waiting)

    async def store(self, batch: Batch) -> None:
        """Stored when this returns. Raises Unavailable, Conflict, and what evolving the state raises."""
        if self.away is not None and self._queue:
            raise Unavailable(self.away.code, self.away.detail)
        waiting = Waiting(batch, takes_effect=False)
        self._put(waiting)
        await waiting.done

    async def store_or_keep(self, batch: Batch) -> None:
        """As :meth:`store`, but in the local journal when the database has gone away: what has happened cannot be taken
        back. Raises Unavailable only when that does not take it either."""
        waiting = Waiting(batch, takes_effect=self.away is not None, or_kept=True)
        self._put(waiting)
        self.keeper.want()
        await waiting.done

    def _put(self, waiting: Waiting) -> None:
        self._queue.append(waiting)
        self._idle.clear()
        self._wake.set()

    async def drained(self) -> None:
        """Everything is stored. Raises Unavailable as soon as the database is known to be away."""
        if self._queue:
            await self.store(_NOTHING)

    async def kept(self) -> None:
        """Everything that took effect is stored or in the local journal. Raises Unavailable when neither takes it."""
        for waiting in reversed(self._queue):
            if waiting.takes_effect:
                await asyncio.shield(waiting.done)
                return

    async def catch_up(self) -> None:
        """Take in what pages wrote, now or when nothing waits. Raises Unavailable."""
        self._behind = bool(self._queue)
        if not self._queue:
            await self._stream.catch_up()

    async def run(self) -> None:
        """Until cancelled; who then still waits is told that nothing was stored."""
        try:
            async with asyncio.TaskGroup() as lanes:
                lanes.create_task(self._store(), name=f"storing {self._stream.stored.id}")
                lanes.create_task(self.keeper.run(), name=f"keeping {self._stream.stored.id}")
        finally:
            self._let_go()
            self._idle.set()

    async def _store(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._write_all()

    def _let_go(self) -> None:
        waiting = [one for one in self._queue if one.takes_effect]
        if kept := sum(one.kept for one in waiting):
            _log.warning("%s: %d decisions wait in the local journal", self._stream.stored.id, kept)
        if lost := [one.batch.action for one in waiting if not one.kept]:
            _log.error("%s: never stored: %s", self._stream.stored.id, ", ".join(lost))
        for one in self._queue:
            one.fail(Unavailable(detail="the room ended"))

    async def _write_all(self) -> None:
        while self._queue or self._in_doubt or self._behind:
            try:
                await self._write_one()
            except Unavailable as failure:
                self._database_away(failure)
                if self._queue or self._in_doubt or self._behind:
                    await asyncio.sleep(AGAIN_S)
                continue
            if self.away is not None:
                _log.warning("%s: storage is back", self._stream.stored.id)
            self.away = None
        self.lost = 0
        await self.keeper.forget()
        if not self._queue:
            self._idle.set()

    async def _write_one(self) -> None:
        """Raises Unavailable; the queue is then as it was."""
        if self._in_doubt or not self._queue:
            await self._stream.catch_up()
            self._in_doubt = self._behind = False
            return
        waiting = self._queue[0]
        try:
            await self._stream.append(waiting.batch)
        except Unavailable:
            raise
        except Refusal as refusal:
            self._queue.popleft()
            self._refused(waiting, refusal)
        else:
            self._queue.popleft()
            waiting.settle()

    def _database_away(self, failure: Unavailable) -> None:
        if self.away is None:
            _log.error("%s: storage is away, %d waiting: %s", self._stream.stored.id, len(self._queue), failure)
        self.away = failure
        for waiting in list(self._queue):
            waiting.takes_effect = waiting.takes_effect or waiting.or_kept
            if not waiting.takes_effect:
                # It may have been stored though the answer was lost.
                self._in_doubt = self._in_doubt or bool(waiting.batch.events)
                self._queue.remove(waiting)
                waiting.fail(Unavailable(failure.code, failure.detail))
        self.keeper.hurry()

    def _refused(self, waiting: Waiting, refusal: Refusal) -> None:
        batch = waiting.batch
        if not waiting.takes_effect:
            waiting.fail(refusal)
        elif len(batch.events) > 1:  # the rest of it may still fit: one by one
            parts = [msgspec.structs.replace(batch, events=(event,)) for event in batch.events]
            parts = [parts[0], *(msgspec.structs.replace(part, recording=None) for part in parts[1:])]
            for part in reversed(parts):
                self._queue.appendleft(waiting.part(part))
            waiting.settle()
        else:
            # Decided on the room's memory, overtaken in storage by what was decided before: somebody was replaced, the
            # reception closed.
            level = logging.ERROR if isinstance(refusal, Conflict) else logging.WARNING
            _log.log(level, "%s: %s came too late for the record: %s", self._stream.stored.id, batch.action, refusal)
            waiting.settle()

    async def finish(self, within_s: float) -> None:
        """Give what waits a last chance before the room ends here; what the database does not take is kept."""
        try:
            await asyncio.wait_for(self._idle.wait(), within_s)
        except TimeoutError:
            self.keeper.hurry()
            try:
                await asyncio.wait_for(self.kept(), KEEP_S)
            except (TimeoutError, Unavailable) as failure:
                _log.error("%s: not kept at the end: %r", self._stream.stored.id, failure)
