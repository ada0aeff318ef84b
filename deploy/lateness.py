"""How late this process's loop turns: a timer four times a second that sees by how much it was missed."""

import asyncio

from bridge.figures import Lateness

EVERY_S = 0.25
"""A wake-up costs 70 µs: four a second are nothing, and one in four pauses of 60 ms is met."""


class LatenessWatch:
    """Observes into ``lateness`` from :meth:`start` to :meth:`close`."""

    def __init__(self, lateness: Lateness) -> None:
        self._lateness = lateness
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Inside the running loop."""
        loop = asyncio.get_running_loop()
        self._set(loop, loop.time() + EVERY_S)

    def close(self) -> None:
        """Idempotent."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _set(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self._timer = loop.call_at(due, self._rang, loop, due)

    def _rang(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        now = loop.time()
        self._lateness.observe(now - due)
        self._set(loop, now + EVERY_S)
