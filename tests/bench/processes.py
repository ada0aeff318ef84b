"""Processes that the bench starts: asked line by line, ended by their own handle and nothing else."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from tests.bench.orders import Counted, Ready, WorkOrder

ROOT = Path(__file__).resolve().parents[2]
_STOP_S = 10.0
_READY_S = 60.0
_ANSWER_S = 10.0
_LONGEST_LINE = 1 << 20

Message = TypeVar("Message")


class ProcessFault(Exception):
    """A process of the bench ended or stayed silent; the message holds what it said."""


class Running:
    """A started process. ``said``: its log file."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.name = name
        self.process = process
        self._log = log

    @property
    def pid(self) -> int:
        """Of the process itself."""
        return self.process.pid

    def said(self) -> str:
        """The end of what it wrote to standard error."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-2000:]

    def say(self, text: str) -> None:
        """To its standard input."""
        if self.process.stdin is None:
            raise ProcessFault(f"{self.name} does not listen")
        self.process.stdin.write(text.encode() + b"\n")

    async def line(self, within_s: float) -> bytes:
        """The next line of its standard output. Raises ProcessFault."""
        if self.process.stdout is None:
            raise ProcessFault(f"{self.name} does not speak")
        try:
            line = await asyncio.wait_for(self.process.stdout.readline(), within_s)
        except TimeoutError as error:
            raise ProcessFault(f"{self.name}: silent for {within_s:.0f} s\n{self.said()}") from error
        if not line:
            raise ProcessFault(f"{self.name} ended\n{self.said()}")
        return line

    async def stop(self) -> None:
        """SIGTERM, then SIGKILL."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        with suppress(ProcessLookupError):
            self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), _STOP_S)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


@asynccontextmanager
async def running(name: str, command: Sequence[str], folder: Path, speaks: bool = False) -> AsyncIterator[Running]:
    """Started; stopped at the end. What it writes goes to ``folder``, but for its standard output if it ``speaks``."""
    log = folder / f"{name}.log"
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE if speaks else file,
            stderr=file,
            cwd=ROOT,
            limit=_LONGEST_LINE,
            start_new_session=True,
        )
    made = Running(name, process, log)
    try:
        yield made
    finally:
        await made.stop()


class Worker:
    """A process of light clients."""

    def __init__(self, running: Running) -> None:
        self._running = running

    async def enter(self, order: WorkOrder) -> Ready:
        """Until everybody is connected. Raises ProcessFault."""
        self._running.say(msgspec.json.encode(order).decode())
        return await self._answer(Ready, _READY_S)

    async def begin(self) -> None:
        """Count from here."""
        await self._do("begin")

    async def pause(self) -> None:
        """Send nothing until :meth:`resume`. Publishers only."""
        await self._do("pause")

    async def resume(self) -> None:
        """Go on sending."""
        await self._do("resume")

    async def count(self) -> int:
        """RTP packets so far. Receivers only."""
        self._running.say("count")
        return (await self._answer(Counted, _ANSWER_S)).rtp

    async def report(self) -> Counted:
        """What was counted."""
        self._running.say("report")
        return await self._answer(Counted, _ANSWER_S)

    async def _do(self, command: str) -> None:
        self._running.say(command)
        await self._answer(Counted, _ANSWER_S)

    async def _answer(self, shape: type[Message], within_s: float) -> Message:
        return msgspec.json.decode(await self._running.line(within_s), type=shape)


def worker_command() -> list[str]:
    """To be run inside a namespace."""
    return [sys.executable, "-m", "tests.bench.worker"]
