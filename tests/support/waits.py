"""Waiting for what has no event."""

import asyncio
from collections.abc import Callable

WITHIN_S = 30.0


async def holds(question: Callable[[], bool]) -> None:
    """Until it does. Raises TimeoutError."""
    async with asyncio.timeout(WITHIN_S):
        while not question():  # noqa: ASYNC110  what is asked has no event
            await asyncio.sleep(0.01)
