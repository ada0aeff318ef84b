"""A room's one task: what must happen one after another is handed to it and done in the order of handing in."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias, TypeVar, cast

from bridge.errors import Code, Conflict, Refusal

Answer = TypeVar("Answer")
_Work: TypeAlias = "tuple[Callable[[], Awaitable[object]], asyncio.Future[object]]"
_log = logging.getLogger(__name__)
LENGTH = 200
"""Fifty participants who all come, go and come again; more is refused with too_many_requests."""
TURN_S = 2.0
"""How long a process that ends waits for a room's turn, which a node that hangs may have."""


class Lane:
    """``name`` for the log."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._inbox: asyncio.Queue[_Work] = asyncio.Queue(LENGTH)
        self._idle = asyncio.Event()
        self._idle.set()
        self._closed = False

    async def do(self, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer of ``work`` in its turn; goes on to its end also when who asked is gone.

        Raises Refusal(too_many_requests) when too much waits already.
        """
        return cast(Answer, await asyncio.shield(self._hand_in(work)))

    def post(self, work: Callable[[], Awaitable[object]]) -> None:
        """In its turn, with nobody to answer to; a failure is logged. Dropped and logged when too much waits; passed
        over when the room has ended."""
        try:
            self._hand_in(work).add_done_callback(self._report)
        except Conflict:
            return
        except Refusal as refusal:
            _log.error("%s: dropped: %s", self._name, refusal)

    def _hand_in(self, work: Callable[[], Awaitable[object]]) -> "asyncio.Future[object]":
        done: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        done.add_done_callback(_seen)
        if self._closed:
            raise self._over()
        try:
            self._inbox.put_nowait((work, done))
            self._idle.clear()
        except asyncio.QueueFull:
            raise Refusal(Code.TOO_MANY_REQUESTS, f"{self._name}: {LENGTH} wait") from None
        return done

    def _report(self, done: "asyncio.Future[object]") -> None:
        failure = None if done.cancelled() else done.exception()
        if failure is not None and not isinstance(failure, Conflict):
            _log.warning("%s: %s", self._name, failure, exc_info=None if isinstance(failure, Refusal) else failure)

    async def run(self) -> None:
        """Until cancelled; who then still waits is told to ask again."""
        try:
            while True:
                await self._one(*await self._inbox.get())
                if self._inbox.empty():
                    self._idle.set()
        finally:
            self._closed = True
            while not self._inbox.empty():
                _, done = self._inbox.get_nowait()
                done.set_exception(self._over())

    async def finish(self, within_s: float) -> None:
        """Let what was handed in come to its end, so that nothing is cut off in the middle."""
        try:
            await asyncio.wait_for(self._idle.wait(), within_s)
        except TimeoutError:
            _log.error("%s: its work is cut off", self._name)

    @property
    def waits(self) -> bool:
        """Whether more is to be done after what is being done now."""
        return not self._inbox.empty()

    def _over(self) -> Conflict:
        return Conflict(detail=f"{self._name} ended")

    async def _one(self, work: Callable[[], Awaitable[object]], done: "asyncio.Future[object]") -> None:
        try:
            answer = await work()
        except asyncio.CancelledError:
            done.set_exception(self._over())
            raise
        except Exception as failure:  # noqa: BLE001  every failure belongs to who handed the work in
            if not done.done():
                done.set_exception(failure)
        else:
            if not done.done():
                done.set_result(answer)


def _seen(done: "asyncio.Future[object]") -> None:
    """A failure that nobody waits for any more is no fault of the loop's."""
    if not done.cancelled():
        done.exception()
