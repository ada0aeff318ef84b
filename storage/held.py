"""A connection in use, and what is done with it.

A step that has begun is done to its end. Who asked may be cancelled (a probe that waited long enough, a process that
stops) and goes at once; the step goes on, and then the connection is given back. Let go half-way it would be lost: one
that is being opened is closed by nobody, and SQLite keeps the write lock of one that was closed while somebody still
knows a statement of it, here the traceback of whoever was cancelled: for seconds nobody could write.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from sqlalchemy import CursorResult, Executable
from sqlalchemy.ext.asyncio import AsyncConnection

Answer = TypeVar("Answer")


class Steps:
    """What is being done on the connections of one database, whether or not somebody still waits for it."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[Any]] = set()

    async def done(self, step: "asyncio.Task[Answer]") -> Answer:
        """Its answer."""
        self._under_way.add(step)
        step.add_done_callback(self._under_way.discard)
        return await asyncio.shield(step)

    async def ended(self, within_s: float) -> None:
        """Until nothing is being done any more, or a server has not answered for so long."""
        async with asyncio.timeout(within_s):
            while self._under_way:
                await asyncio.wait(self._under_way)


class Held:
    """A connection of one unit of work. One task uses it at a time."""

    def __init__(self, opening: Coroutine[Any, Any, AsyncConnection], steps: Steps) -> None:
        self._steps = steps
        self._opening = asyncio.ensure_future(opening)
        self._last: asyncio.Task[Any] = self._opening

    async def opened(self) -> None:
        """Until it can be used. Raises what opening it raises."""
        _ = await self._steps.done(self._opening)

    async def execute(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        """What a statement answers. ``values``: of its parameters, or of as many rows."""
        return await self._do(self._connection.execute(statement, values))

    async def commit(self) -> None:
        """Make what was written last."""
        await self._do(self._connection.commit())

    async def give_back(self, as_done: bool) -> None:
        """Nothing can be done with it afterwards. What was not committed is undone, unless ``as_done``."""
        await self._steps.done(asyncio.ensure_future(self._given_back(as_done)))

    async def _given_back(self, as_done: bool) -> None:
        await asyncio.wait([self._last])
        if self._opening.cancelled() or self._opening.exception() is not None:
            return
        try:
            if as_done and not self._connection.invalidated:
                await self._connection.commit()
        finally:
            await self._connection.close()

    @property
    def _connection(self) -> AsyncConnection:
        return self._opening.result()

    async def _do(self, step: Coroutine[Any, Any, Answer]) -> Answer:
        self._last = asyncio.ensure_future(step)
        return await self._steps.done(self._last)
