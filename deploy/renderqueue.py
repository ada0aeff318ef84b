"""The queue of long jobs that people start: huey, its storage in SQLite, one worker, in the process ``jobs``.

What is to be done is in the database (Decision 8's rule holds here too): a queue that was lost, or that still has what
is done, changes nothing. Tasks are taken in the order in which they were asked for.
"""

import asyncio
import concurrent.futures
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
from huey import SqliteHuey
from huey.consumer import Consumer

from bridge.archive import ViewingCopy

Work = Callable[[ViewingCopy], Awaitable[None]]
_LONGEST_LOOK_S = 1.0
"""Between two looks of an idle worker."""
_log = logging.getLogger(__name__)


class _Consumer(Consumer):  # type: ignore[misc]  # huey has no types
    """Without signal handlers: those are the loop's."""

    def _set_signal_handlers(self) -> None:
        return


class RenderQueue:
    """``wanted`` says what is to be done, ``work`` does one of it on the loop that :meth:`start` ran on."""

    def __init__(self, file: Path, wanted: Callable[[], Awaitable[list[ViewingCopy]]], work: Work) -> None:
        self._wanted = wanted
        self._work = work
        self._known: set[tuple[str, int]] = set()
        self._running: asyncio.Task[None] | None = None
        self._closing = False
        self._huey = SqliteHuey("diemcau", filename=str(file), results=False, strict_fifo=True)
        self._task: Callable[[str], Any] = self._huey.task(name="render")(self._run)
        self._consumer = _Consumer(self._huey, workers=1, periodic=False, max_delay=_LONGEST_LOOK_S)

    def start(self) -> None:
        """Begins to take tasks. What an earlier process left in the queue is dropped: :meth:`look` finds it again, as
        the database has it."""
        logging.getLogger("huey").setLevel(logging.WARNING)  # it tells every task
        self._loop = asyncio.get_running_loop()
        self._huey.flush()
        self._consumer.start()

    async def look(self) -> int:
        """Queues what is wanted and not yet known; how many. Raises Unavailable."""
        fresh = [run for run in await self._wanted() if _name(run) not in self._known]
        for run in fresh:
            self._known.add(_name(run))
            await asyncio.to_thread(self._task, msgspec.json.encode(run).decode())
        return len(fresh)

    async def close(self) -> None:
        """The run under way is broken off and goes on at the next start. Idempotent."""
        self._closing = True
        self._consumer.stop_flag.set()
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await asyncio.to_thread(self._consumer.stop, graceful=True)

    def _run(self, text: str) -> None:
        """In the worker's thread."""
        run = msgspec.json.decode(text, type=ViewingCopy)
        if self._closing:
            return
        try:
            asyncio.run_coroutine_threadsafe(self._do(run), self._loop).result()
        except concurrent.futures.CancelledError:
            _log.info("viewing copy of %s is broken off", run.recording)

    async def _do(self, run: ViewingCopy) -> None:
        """A run that ends with an error of ours (huey logs it) is not tried again before the next start."""
        self._running = asyncio.current_task()
        await self._work(run)
        self._known.discard(_name(run))


def _name(run: ViewingCopy) -> tuple[str, int]:
    return run.recording, run.asked_utc_ns
