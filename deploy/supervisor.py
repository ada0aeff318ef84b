"""Starts the child processes, restarts what dies with back-off, and ends them in order.

Closing order: web first (nobody new comes in), then sfu (its STOP and last packets reach the recorder), then recorder,
then jobs.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from deploy.serving import SUPERVISED

_log = logging.getLogger(__name__)

BACKOFF_S = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Before the first, second, … start again. What was killed is missed by a session, so it is back at once; what fails
again and again must not eat the machine: a start costs about a second of one core."""
STEADY_S = 10.0
"""A part that ran this long did start: what cannot work says so within seconds. Its earlier failures are forgotten."""
CLOSING_S = 15.0
"""A part that has not ended this long after SIGTERM is killed."""
CONFIGURATION_EXIT = 78
"""EX_CONFIG of sysexits.h: a child that says so at its first starts will not get better by trying again. One that has
worked is tried again all the same: its disk may be full, its port taken for a moment, and a session goes on without it.
"""


class Part(msgspec.Struct, frozen=True):
    """One child process: a name for people and ``diemcau`` arguments. Neighbours with the same command end at once."""

    name: str
    arguments: tuple[str, ...]


class Supervisor:
    """Runs parts until :meth:`stop`. ``run`` returns the exit code."""

    def __init__(self, parts: Sequence[Part], logs: Path) -> None:
        self.stopping = asyncio.Event()
        """Everything ends, or has ended."""
        self._parts = parts
        self._logs = logs
        self._children: dict[str, asyncio.subprocess.Process] = {}
        self._awake = {part.name: asyncio.Event() for part in parts}
        for awake in self._awake.values():
            awake.set()
        self._exit = 0

    def stop(self) -> None:
        """Ends everything; ``run`` returns soon after."""
        self.stopping.set()

    def pid(self, name: str) -> int | None:
        """The process id of a part while it runs."""
        child = self._children.get(name)
        return child.pid if child else None

    def rest(self, name: str) -> None:
        """End a part, and do not start it again before :meth:`wake`."""
        self._awake[name].clear()
        if (child := self._children.get(name)) is not None:
            child.terminate()

    def wake(self, name: str) -> None:
        """Start it again."""
        self._awake[name].set()

    def command(self, part: Part) -> tuple[str, ...]:
        """What is executed for a part: this programme again."""
        return (sys.executable, "-m", "deploy", *part.arguments)

    async def run(self) -> int:
        """Returns when stopped, or when a part cannot be configured."""
        keepers = {part.name: asyncio.create_task(self._keep(part), name=part.name) for part in self._parts}
        await self.stopping.wait()
        for _, alike in groupby(self._parts, key=lambda part: part.arguments[0]):
            ending = [part.name for part in alike]
            await asyncio.gather(*(self._end(name) for name in ending))
            await asyncio.gather(*(keepers[name] for name in ending))
        return self._exit

    async def _keep(self, part: Part) -> None:
        failures, has_worked = 0, False
        loop = asyncio.get_running_loop()
        while not self.stopping.is_set():
            began = loop.time()
            code = await self._tried(part)
            await self._rested(part.name)
            if self.stopping.is_set():
                return
            if code == CONFIGURATION_EXIT and not has_worked:
                self._exit = code
                self.stop()
                return
            if loop.time() - began > STEADY_S:
                failures, has_worked = 0, True
            backoff = BACKOFF_S[min(failures, len(BACKOFF_S) - 1)]
            failures += 1
            _log.warning("%s ended with code %s; started again in %.1f s", part.name, code, backoff)
            await self._pause(backoff)

    async def _rested(self, name: str) -> None:
        """Until it is to run, or nothing is."""
        waits = [asyncio.create_task(event.wait()) for event in (self._awake[name], self.stopping)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for one in waits:
            one.cancel()

    async def _tried(self, part: Part) -> int | None:
        """The exit code; None when the machine had no process, memory or descriptor to spare."""
        try:
            return await self._run_once(part)
        except OSError as error:
            _log.error("%s could not be started: %s", part.name, error)
            return None

    async def _run_once(self, part: Part) -> int:
        life_line, ours = os.pipe()  # a child whose supervisor dies reads the end of it and ends too
        try:
            child = await self._spawn(part, life_line)
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(life_line)
        self._children[part.name] = child
        if self.stopping.is_set():  # stopped while the child was being made
            child.terminate()
        try:
            return await child.wait()
        finally:
            os.close(ours)
            self._children.pop(part.name, None)

    async def _spawn(self, part: Part, life_line: int) -> asyncio.subprocess.Process:
        with (self._logs / f"{part.name}.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *self.command(part),
                stdin=life_line,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, SUPERVISED: "1"},
            )

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _end(self, name: str) -> None:
        child = self._children.get(name)
        if child is None:
            return
        try:
            child.send_signal(signal.SIGTERM)
        except ProcessLookupError:  # it ended in this very moment
            return
        try:
            await asyncio.wait_for(child.wait(), CLOSING_S)
        except TimeoutError:
            _log.warning("%s did not end in %.0f s and was killed", name, CLOSING_S)
            child.kill()
