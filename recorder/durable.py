"""The sync lane of a recording: what came is written to the log and synced, then confirmed, at least twice a second."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import Executor

from recorder.journal import Journal
from recorder.packetlog import PacketLog, Work

BEAT_S = 0.5
"""Half of the second after which the node must know; what a kill costs is asked for again by RESUME anyway."""

RETRY_S = 1.0

_log = logging.getLogger(__name__)


class Durable:
    """Owns the disk writes of one recording's logs and journal; one write at a time, in a thread."""

    def __init__(
        self,
        executor: Executor,
        journal: Journal,
        told: Callable[[int, dict[int, int]], None],
        spool_full: Callable[[bool], None],
    ) -> None:
        self._executor = executor
        self._journal = journal
        self._told = told
        self._spool_full = spool_full
        self._writable = asyncio.Event()
        self._writable.set()
        self._running: asyncio.Future[None] | None = None
        self._logs: dict[int, PacketLog] = {}
        self._asked = asyncio.Event()
        self._generation = 0
        self._done = 0
        self._progress = asyncio.Condition()

    def adopt(self, part: int, log: PacketLog) -> None:
        """Write this part's log from now on."""
        self._logs[part] = log

    async def release(self, part: int) -> None:
        """Write this part's log no more, and close it."""
        await self.sync()
        self._logs.pop(part).close()

    async def run(self) -> None:
        """Until cancelled; then what came is written, once, and the files are closed."""
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._asked.wait(), BEAT_S)
                self._asked.clear()
                await self._write()
        finally:
            await self._write_the_last()
            for log in self._logs.values():
                log.close()

    async def _write_the_last(self) -> None:
        if self._running is not None:
            await asyncio.wait([self._running])
        rest = [self._journal.take()]
        work = {part: log.take()[0] for part, log in self._logs.items()}
        try:
            await asyncio.get_running_loop().run_in_executor(self._executor, self._write_now, rest, work)
        except OSError as error:
            _log.error("spool cannot be written at the end, the node still has what came last: %s", error)

    async def writable(self) -> None:
        """Return when the last write went well: while the disk is full nothing more is taken into memory."""
        await self._writable.wait()

    async def sync(self) -> None:
        """Return when everything said and appended before is durable."""
        self._generation += 1
        wanted = self._generation
        self._asked.set()
        async with self._progress:
            await self._progress.wait_for(lambda: self._done >= wanted)

    async def _write(self) -> None:
        generation = self._generation
        lines = self._journal.take()
        taken = {part: log.take() for part, log in self._logs.items()}
        if lines or any(work for work, _ in taken.values()):
            await self._write_until_done(lines, {part: work for part, (work, _) in taken.items()})
        for part, (_, reached) in taken.items():
            if reached:
                self._told(part, reached)
        async with self._progress:
            self._done = generation
            self._progress.notify_all()

    async def _write_until_done(self, lines: bytes, work: dict[int, list[Work]]) -> None:
        """A full disk is waited for: the node keeps what is not confirmed, and says what it could not keep."""
        rest = [lines]
        while True:
            loop = asyncio.get_running_loop()
            self._running = loop.run_in_executor(self._executor, self._write_now, rest, work)
            try:
                await asyncio.shield(self._running)
            except OSError as error:
                _log.error("spool cannot be written: %s", error)
                self._writable.clear()
                self._spool_full(True)
                await asyncio.sleep(RETRY_S)
            else:
                self._writable.set()
                self._spool_full(False)
                return

    def _write_now(self, rest: list[bytes], work: dict[int, list[Work]]) -> None:
        for part, items in work.items():
            self._logs[part].write(items)
        if rest:
            self._journal.write(rest[0])
            rest.clear()
