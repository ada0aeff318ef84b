"""Waiting for something to become true, told whenever anything it may depend on has changed."""

import asyncio
from collections.abc import Callable


class News:
    """``tell`` wakes every waiter; each looks for itself whether what it waits for has come."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def tell(self) -> None:
        """Something changed."""
        event, self._event = self._event, asyncio.Event()
        event.set()

    async def next(self) -> None:
        """Return when something changes after this call."""
        await self._event.wait()

    async def until(self, true: Callable[[], bool], timeout_s: float) -> bool:
        """Whether it became true within the time."""
        try:
            async with asyncio.timeout(timeout_s):
                while not true():
                    await self.next()
        except TimeoutError:
            return False
        return True
