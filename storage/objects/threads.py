"""Blocking steps of a store, away from the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from bridge.errors import Code, Unavailable

Given = ParamSpec("Given")
Answer = TypeVar("Answer")

THREADS = 4
"""A disk serves few at once; one slow put must not hold up a playing recording."""


class StoreThreads:
    """A pool of its own, so that a hanging disk or server stops nobody else's work."""

    def __init__(self, threads: int = THREADS) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="objects")

    async def run(self, step: Callable[Given, Answer], *args: Given.args, **kwargs: Given.kwargs) -> Answer:
        """The step's answer; an OSError is Unavailable(objects_unavailable).

        A cancelled caller still waits for the step that has begun: a file is never closed under a thread's hands.
        """
        loop = asyncio.get_running_loop()
        work = asyncio.ensure_future(loop.run_in_executor(self._pool, lambda: step(*args, **kwargs)))
        cancelled: asyncio.CancelledError | None = None
        while not work.done():
            try:
                await asyncio.wait([work])
            except asyncio.CancelledError as error:
                cancelled = error
        failure = work.exception()
        if cancelled is not None:
            raise cancelled
        if isinstance(failure, OSError):
            raise Unavailable(Code.OBJECTS_UNAVAILABLE, str(failure)) from failure
        return work.result()

    def close(self) -> None:
        """Wait for what runs; take nothing new. Idempotent."""
        self._pool.shutdown(wait=True)
