"""Listens to one node's or recorder's numbered events for as long as it is used, over restarts of either side."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Protocol

from bridge.control import NodeEvent, NodeHealth, Numbered
from bridge.errors import LineSilent, Refusal, Unavailable
from bridge.ids import NS_PER_S, MonoNs
from bridge.ports import Clock
from bridge.recorder_control import RecorderEvent, RecorderHealth

_log = logging.getLogger(__name__)
FIRST_AGAIN_S = 0.2
LAST_AGAIN_S = 1.0
"""A process that the supervisor restarts is back within a second or two, and browsers begin anew only once that is
seen; one that stays away costs a try a second."""


class Source(Protocol):
    """The part of MediaNode and RecorderNode that speaks by itself."""

    async def health(self) -> NodeHealth | RecorderHealth: ...

    def events(self, run: str, after: int) -> AsyncIterator[Numbered]: ...


class Watcher:
    """``source`` says where it is now. ``heard`` gets every event once, in order; ``restarted`` is called when the run
    is another than before, ``away`` each time it does not answer, ``there`` each time it does. The first two are told
    when it was last heard of before, by ``clock``."""

    def __init__(
        self,
        name: str,
        source: Callable[[], Source],
        heard: Callable[[NodeEvent | RecorderEvent], None],
        restarted: Callable[[MonoNs], None],
        away: Callable[[MonoNs], None],
        clock: Clock,
        there: Callable[[], None] = lambda: None,
    ) -> None:
        self._name = name
        self._source = source
        self._heard = heard
        self._restarted = restarted
        self._away = away
        self._clock = clock
        self._there = there
        self._run = ""
        self._after = 0
        self._heard_ns = clock.mono()

    async def run(self) -> None:
        """Until cancelled."""
        pause = FIRST_AGAIN_S
        while True:
            try:
                await self._ask()
                async for numbered in self._source().events(self._run, self._after):
                    pause = FIRST_AGAIN_S
                    self._take(numbered)
                self._heard_ns = self._clock.mono()  # who hangs up was there until then
            except LineSilent as silent:
                self._heard_ns = MonoNs(self._clock.mono() - round(silent.silent_s * NS_PER_S))
                _log.warning("%s: no events: %s", self._name, silent)
            except Refusal as refusal:
                _log.warning("%s: no events: %s", self._name, refusal)
            except Exception:  # noqa: BLE001  a room without ears is worse than one strange event: begin again behind it
                _log.exception("%s: an event that we do not understand", self._name)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LAST_AGAIN_S)

    async def _ask(self) -> None:
        try:
            self._seen((await self._source().health()).run)
        except Unavailable:
            self._away(self._heard_ns)
            raise
        self._heard_ns = self._clock.mono()
        self._there()

    def _seen(self, run: str) -> None:
        if run == self._run:
            return
        before, self._run, self._after = self._run, run, 0
        if before:
            _log.warning("%s: began anew", self._name)
            self._restarted(self._heard_ns)

    def _take(self, numbered: Numbered) -> None:
        self._seen(numbered.run)
        self._heard_ns = self._clock.mono()
        if numbered.number <= self._after:
            return
        self._after = numbered.number
        try:
            self._heard(numbered.event)
        except Refusal as refusal:
            _log.warning("%s: event %d: %s", self._name, numbered.number, refusal)
