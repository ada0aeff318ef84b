"""Waiting that an end cuts short, and how long nothing goes on."""

import asyncio

from bridge.ids import MonoNs


async def passed(end: asyncio.Event, seconds: float) -> bool:
    """True as soon as ``end`` is set, False after ``seconds``. A loop that pauses so is never cut off in its work."""
    try:
        await asyncio.wait_for(end.wait(), seconds)
    except TimeoutError:
        return False
    return True


class Idleness:
    """Since when nothing goes on."""

    def __init__(self) -> None:
        self._since: MonoNs | None = None

    def lasts_ns(self, busy: bool, now: MonoNs) -> int:
        """How long by now; 0 while something goes on."""
        self._since = None if busy else self._since or now
        return 0 if self._since is None else now - self._since
