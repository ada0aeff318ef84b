"""Runs one renderer at a time, watches it, and stores what it made. Killed at any point, the same run goes on.

A child that crashes or hangs costs its own copy and nothing else.
"""

import asyncio
import contextlib
import logging
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from bridge.archive import ViewingCopy
from bridge.copies import ViewingCopies, copy_key
from bridge.errors import MalformedInput, Refusal, Unavailable
from bridge.manifest import parse_manifest
from bridge.ports import Clock, ObjectStore
from bridge.repositories import UnitsOfWork
from bridge.verification import read_whole
from recorder.rendition.order import NotRendered, Progressed, Rendered, RenderOrder, Said, Wording, parse_said

WATCH_S = 1.0
"""Progress is written, and a cancel seen, this often."""
STALL_S = 180.0
"""Without any progress for so long a decoder hangs; thirty points on a tenth of a core tell theirs each half minute."""
AGAIN_S = 10.0
"""The store is away: waited before the run is taken up again."""
TRIES = 3
"""A renderer that died is started again, behind its last whole piece; what kills it each time is in the recording."""
_LINE_LIMIT = 1 << 20
_CHUNK = 1 << 20
_log = logging.getLogger(__name__)


class RenderSettings(msgspec.Struct, frozen=True):
    """``command``: the renderer's; ``folder``: where pieces are kept, a folder per recording."""

    command: tuple[str, ...]
    folder: Path
    wording: Wording
    zone: str
    threads: int
    cpu_percent: int
    piece_seconds: int
    stall_s: float = STALL_S


class Renders:
    """``run`` never raises but when it is cancelled."""

    def __init__(
        self, units: UnitsOfWork, objects: ObjectStore, copies: ViewingCopies, clock: Clock, settings: RenderSettings
    ) -> None:
        self._units = units
        self._objects = objects
        self._copies = copies
        self._clock = clock
        self._settings = settings

    async def run(self, run: ViewingCopy) -> None:
        """From asked to ready or failed. Cancelled (the jobs end): the child is killed, the run stays as it is."""
        try:
            if not await self._copies.progressed(run, 0.0):
                return
            await self._settle(run, await self._tried(run, await self._order(run)))
        except Unavailable as away:
            _log.warning("viewing copy of %s waits: %s", run.recording, away)
            await asyncio.sleep(AGAIN_S)
        except (Refusal, MalformedInput, OSError) as fault:
            await self._fail(run, str(fault))

    async def _order(self, run: ViewingCopy) -> RenderOrder:
        async with self._units.reading() as unit:
            row = await unit.recordings.get(run.recording)
        text = await read_whole(self._objects, row.manifest_key, row.manifest_version or None)
        folder, settings = self._folder(run), self._settings
        return RenderOrder(
            parse_manifest(text), settings.wording, settings.zone, str(folder),
            settings.threads, settings.cpu_percent, settings.piece_seconds,
        )  # fmt: skip

    def _folder(self, run: ViewingCopy) -> Path:
        return self._settings.folder / run.recording

    async def _tried(self, run: ViewingCopy, order: RenderOrder) -> Said | None:
        """The renderer's last word; None when the copy is no longer wanted."""
        how = ""
        for _ in range(TRIES):
            said = await self._rendered(run, order)
            if not isinstance(said, _Died):
                return said
            how = said.how
            _log.warning("viewing copy of %s: %s", run.recording, how)
        return NotRendered(f"given up after {TRIES} tries: {how}", again=False)

    async def _rendered(self, run: ViewingCopy, order: RenderOrder) -> "Said | _Died | None":
        async with _child(self._settings.command) as child:
            writing = asyncio.create_task(_write(child, msgspec.json.encode(order) + b"\n"))
            try:
                return await self._watch(run, child)
            finally:
                writing.cancel()
                await asyncio.gather(writing, return_exceptions=True)

    async def _watch(self, run: ViewingCopy, child: asyncio.subprocess.Process) -> "Said | _Died | None":
        heard = _Heard()
        listening = asyncio.create_task(heard.listen(child))
        try:
            while not listening.done():
                await asyncio.wait({listening}, timeout=WATCH_S)
                if not listening.done() and not await self._wanted(run, heard.progress):
                    return None
                if heard.silent_s > self._settings.stall_s:
                    return _Died(f"no progress for {self._settings.stall_s:.0f} s at {heard.progress:.0%}")
            listening.result()
            code = await child.wait()
            return heard.last or _Died(f"the renderer ended with code {code} at {heard.progress:.0%}")
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _wanted(self, run: ViewingCopy, progress: float) -> bool:
        try:
            return await self._copies.progressed(run, progress)
        except Unavailable as away:
            _log.warning("progress of the viewing copy of %s was not written: %s", run.recording, away)
            return True  # the database is away for a moment; what is rendered is not lost

    async def _settle(self, run: ViewingCopy, said: Said | None) -> None:
        if isinstance(said, Rendered):
            await self._store(run, said)
        elif isinstance(said, NotRendered) and said.again:
            _log.warning("viewing copy of %s waits: %s", run.recording, said.why)
            await asyncio.sleep(AGAIN_S)
        elif isinstance(said, NotRendered):
            await self._fail(run, said.why)
        else:
            await self._clear(run)

    async def _store(self, run: ViewingCopy, made: Rendered) -> None:
        """Under no lock: it is no evidence, and can be rendered again as long as the record is there."""
        stored = await self._objects.put(copy_key(run), _chunks(Path(made.path)), self._clock.utc())
        note = "; ".join(f"{key}: {why}" for key, why in made.faults.items())
        if await self._copies.ready(run, stored, note):
            _log.info(
                "viewing copy of %s is ready: %s bytes%s", run.recording, stored.bytes, f"; {note}" if note else ""
            )
        await self._clear(run)

    async def _fail(self, run: ViewingCopy, why: str) -> None:
        _log.error("viewing copy of %s failed: %s", run.recording, why)
        try:
            await self._copies.failed(run, why)
        except Unavailable as away:
            _log.warning("that could not be written, the run is taken up again: %s", away)

    async def _clear(self, run: ViewingCopy) -> None:
        await asyncio.to_thread(shutil.rmtree, self._folder(run), ignore_errors=True)


class _Died(NamedTuple):
    """A renderer that ended without a last word, or hung."""

    how: str


class _Heard:
    """What the renderer said so far."""

    def __init__(self) -> None:
        self.progress = 0.0
        self.last: Rendered | NotRendered | None = None
        self._heard_at = asyncio.get_running_loop().time()

    @property
    def silent_s(self) -> float:
        """Since its last word."""
        return asyncio.get_running_loop().time() - self._heard_at

    async def listen(self, child: asyncio.subprocess.Process) -> None:
        """Until it ends. Raises MalformedInput for what is none of its words."""
        if child.stdout is None:
            return
        async for line in child.stdout:
            self._heard_at = asyncio.get_running_loop().time()
            try:
                said = parse_said(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise MalformedInput(f"the renderer said {line[:80]!r}: {error}") from error
            if isinstance(said, Progressed):
                self.progress = said.progress
            else:
                self.last = said


@contextlib.asynccontextmanager
async def _child(command: tuple[str, ...]) -> AsyncIterator[asyncio.subprocess.Process]:
    """Killed at the end unless it ended by itself."""
    child = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LINE_LIMIT,
        start_new_session=True,
        env={**os.environ},
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):  # it ended in this very moment
                child.kill()
        await child.wait()


async def _write(child: asyncio.subprocess.Process, order: bytes) -> None:
    """Standard input stays open behind it: its end would end the child."""
    if child.stdin is None:
        return
    child.stdin.write(order)
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):  # it died; its exit code says so
        await child.stdin.drain()


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk


def renderer_command(configuration_file: Path) -> tuple[str, ...]:
    """This programme again."""
    return (sys.executable, "-m", "deploy.cli", "render", "--config", str(configuration_file))
