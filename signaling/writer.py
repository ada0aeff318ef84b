"""One room's way into storage: a single queue, so that events are stored in the order in which they were decided.

What has already taken effect (mute, floor, presence) waits here while the database is away and is written later, in
order. What must be stored first (join, start, close) is refused at once then, and nothing of it has happened.

Bounded: at ``capacity`` further commands are refused, who speaks is no longer noted from half of it, and what is not
ours to refuse (somebody lost the line) has as much again. Whatever could not be kept is counted and logged.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from bridge.errors import Conflict, Refusal, Unavailable
from bridge.events import Event
from bridge.model import RecordingRow
from bridge.policy import SYSTEM, Actor
from bridge.stream import Stream

_log = logging.getLogger(__name__)
AGAIN_S = 0.5
"""A database that restarts is back within seconds; asking twice a second costs it nothing."""


class Batch(msgspec.Struct, frozen=True):
    """Events of one decision. ``at_utc_ns`` None: the time of storing."""

    actor: Actor
    action: str
    events: Sequence[Event]
    at_utc_ns: int | None
    recording: RecordingRow | None = None


_Waiting: TypeAlias = "tuple[Batch, asyncio.Future[None] | None]"


class Writer:
    """``stream`` is written by nobody else of this process."""

    def __init__(self, stream: Stream, capacity: int) -> None:
        self._stream = stream
        self._capacity = capacity
        self._waiting: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._lost = 0
        self.away: Unavailable | None = None
        """Set while the database does not answer."""

    @property
    def version(self) -> int:
        """Of the last stored event."""
        return self._stream.stored.version

    def add(self, batch: Batch, *, room: float = 1.0) -> bool:
        """To be stored after everything before. ``room``: how much of the capacity this kind of event may fill; False
        when that is full."""
        if len(self._waiting) >= self._capacity * room:
            self._lost += 1
            _log.error("%s: %s not kept, %d in all", self._stream.stored.id, batch.action, self._lost)
            return False
        self._put(batch, None)
        return True

    async def store(self, batch: Batch) -> None:
        """Stored when this returns. Raises Unavailable, Conflict, and what evolving the state raises."""
        if self.away is not None and self._waiting:
            raise Unavailable(self.away.code, self.away.detail)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._put(batch, done)
        await done

    def _put(self, batch: Batch, done: "asyncio.Future[None] | None") -> None:
        self._waiting.append((batch, done))
        self._idle.clear()
        self._wake.set()

    async def drained(self) -> None:
        """Everything is stored. Raises Unavailable as soon as the database is known to be away."""
        if self._waiting:
            await self.store(Batch(SYSTEM, "", (), None))

    async def catch_up(self) -> None:
        """Take in what pages wrote. Raises Unavailable."""
        if not self._waiting:
            await self._stream.catch_up()

    async def run(self) -> None:
        """Until cancelled; who then still waits is told that nothing was stored."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                await self._write_all()
        finally:
            self._let_go()
            self._idle.set()

    def _let_go(self) -> None:
        lost = [batch.action for batch, done in self._waiting if done is None]
        if lost:
            _log.error("%s: never stored: %s", self._stream.stored.id, ", ".join(lost))
        for _, done in self._waiting:
            if done is not None and not done.done():
                done.set_exception(Unavailable(detail="the room ended"))

    async def _write_all(self) -> None:
        while self._waiting:
            batch, done = self._waiting[0]
            try:
                await self._stream.append(batch.actor, batch.action, batch.events, batch.at_utc_ns, batch.recording)
            except Unavailable as failure:
                self._database_away(failure)
                if self._waiting:
                    await asyncio.sleep(AGAIN_S)
                continue
            except Refusal as refusal:
                self._waiting.popleft()
                self._refused(batch, done, refusal)
            else:
                self._waiting.popleft()
                if done is not None and not done.done():
                    done.set_result(None)
            self.away = None
        self._idle.set()

    def _database_away(self, failure: Unavailable) -> None:
        if self.away is None:
            _log.error("%s: storage is away, %d waiting: %s", self._stream.stored.id, len(self._waiting), failure)
        self.away = failure
        kept: deque[_Waiting] = deque()
        for batch, asked in self._waiting:
            if asked is None:
                kept.append((batch, asked))
            elif not asked.done():
                asked.set_exception(Unavailable(failure.code, failure.detail))
        self._waiting = kept

    def _refused(self, batch: Batch, done: "asyncio.Future[None] | None", refusal: Refusal) -> None:
        if done is not None:
            if not done.done():
                done.set_exception(refusal)
        elif len(batch.events) > 1:  # the rest of it may still fit: one by one
            for event in reversed(batch.events):
                self._waiting.appendleft((msgspec.structs.replace(batch, events=(event,)), None))
        else:
            # Decided on the room's memory, overtaken in storage by what was decided before: somebody was replaced, the
            # reception closed.
            level = logging.ERROR if isinstance(refusal, Conflict) else logging.WARNING
            _log.log(level, "%s: %s came too late for the record: %s", self._stream.stored.id, batch.action, refusal)

    async def finish(self, within_s: float) -> None:
        """Give what waits a last chance before the room ends here."""
        try:
            await asyncio.wait_for(self._idle.wait(), within_s)
        except TimeoutError:
            _log.warning("%s: %d batches wait for the database", self._stream.stored.id, len(self._waiting))
