"""Waiting that an end cuts short."""

import asyncio


async def passed(end: asyncio.Event, seconds: float) -> bool:
    """True as soon as ``end`` is set, False after ``seconds``. A loop that pauses so is never cut off in its work."""
    try:
        await asyncio.wait_for(end.wait(), seconds)
    except TimeoutError:
        return False
    return True
