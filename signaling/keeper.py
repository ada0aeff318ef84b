"""A room's way into the local journal: what took effect and waits for the database is put on this machine's disk."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from bridge.errors import Refusal, Unavailable
from bridge.ids import ReceptionId
from bridge.kept import Batch, KeptBatch, serialise_kept
from bridge.ports import LocalJournal

_log = logging.getLogger(__name__)
PATIENCE_S = 0.5
"""A database that works stores within milliseconds; one that hangs must not keep whoever pressed a button waiting."""

AGAIN_S = 0.5


@dataclass(eq=False)
class Waiting:
    """A batch on its way. ``takes_effect``: it has or will, whatever the database says; ``kept``: it is in the local
    journal. ``done``: stored, kept, or refused."""

    batch: Batch
    takes_effect: bool
    or_kept: bool = False
    """Takes effect from the moment in which the database turns out to be away."""
    kept: bool = False
    done: "asyncio.Future[None]" = field(default_factory=lambda: _future())

    def part(self, batch: Batch) -> "Waiting":
        """Some of its events on their own; what is kept of it is kept of them."""
        part = Waiting(batch, takes_effect=True, kept=self.kept)
        if self.kept:
            part.settle()
        return part

    def settle(self) -> None:
        """Stored or kept."""
        if not self.done.done():
            self.done.set_result(None)

    def fail(self, failure: Refusal) -> None:
        """Neither."""
        if not self.done.done():
            self.done.set_exception(failure)


def _future() -> "asyncio.Future[None]":
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    done.add_done_callback(_seen)
    return done


def _seen(done: "asyncio.Future[None]") -> None:
    """Nobody has to ask what came of a batch."""
    if not done.cancelled():
        done.exception()


class Keeper:
    """``queue``: what waits, in order; ``version``: of the last stored event."""

    def __init__(
        self, journal: LocalJournal, reception: ReceptionId, queue: deque[Waiting], version: Callable[[], int]
    ) -> None:
        self.failing: Unavailable | None = None
        """Set while the disk does not take it: what is decided now is in memory alone."""
        self._journal = journal
        self._reception = reception
        self._queue = queue
        self._version = version
        self._wake = asyncio.Event()
        self._hurry = asyncio.Event()
        self._turn = asyncio.Lock()
        self._has_written = False
        self._intends = False

    async def intend(self, batch: Batch) -> None:
        """Kept until :meth:`intent_ended`. Raises Unavailable."""
        async with self._turn:
            line = serialise_kept(KeptBatch(self._version(), batch, is_intent=True))
            await self._journal.append(self._reception, [line])
            self._intends = self._has_written = True

    def intent_found(self) -> None:
        """It lies in the journal from an earlier life."""
        self._intends = self._has_written = True

    async def intent_ended(self) -> None:
        """Its outcome is stored or kept, or there is none."""
        self._intends = False
        await self._clear()

    def want(self) -> None:
        """Something takes effect that is not stored."""
        self._wake.set()

    def hurry(self) -> None:
        """The database is away: no patience."""
        self._hurry.set()
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    await self._hurry.wait()
            if not await self._keep():
                await asyncio.sleep(AGAIN_S)
                self._wake.set()

    async def _keep(self) -> bool:
        async with self._turn:
            unkept = [waiting for waiting in self._queue if waiting.takes_effect and not waiting.kept]
            if not unkept:
                return True
            lines = [serialise_kept(KeptBatch(self._version(), waiting.batch)) for waiting in unkept]
            try:
                await self._journal.append(self._reception, lines)
            except Unavailable as failure:
                self._fail(unkept, failure)
                return False
            self.failing = None
            self._has_written = True
            for waiting in unkept:
                waiting.kept = True
                waiting.settle()
            return True

    def _fail(self, unkept: list[Waiting], failure: Unavailable) -> None:
        if self.failing is None:
            _log.critical("%s: %d decisions are in memory alone: %s", self._reception, len(unkept), failure)
        self.failing = failure
        for waiting in unkept:
            waiting.fail(failure)

    async def forget(self) -> None:
        """Everything is stored."""
        self._hurry.clear()
        self.failing = None
        await self._clear()

    async def _clear(self) -> None:
        async with self._turn:
            if self._has_written and not self._intends and not any(waiting.kept for waiting in self._queue):
                try:
                    await self._journal.clear(self._reception)
                except Unavailable as failure:
                    # Read again it is found to be stored already.
                    _log.warning("%s: %s", self._reception, failure)
                else:
                    self._has_written = False
