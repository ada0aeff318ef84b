"""Runs one renderer at a time, watches it, and stores what it made. Killed at any point, the same run goes on.

A child that crashes or hangs costs its own copy and nothing else.
"""

import asyncio
import hashlib
import logging
import shutil
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import msgspec

from bridge.archive import COPY_UNDER_WAY, ViewingCopy, ViewingCopyState
from bridge.copies import ViewingCopies, copies_of, copy_key
from bridge.errors import Code, MalformedInput, Refusal, Unavailable
from bridge.ids import NS_PER_S, RecordingId
from bridge.manifest import parse_manifest
from bridge.ports import Clock, ObjectStore
from bridge.repositories import UnitsOfWork
from bridge.verification import read_whole
from deploy.rendererchild import Died, Heard, ending, started, write_order
from recorder.rendition.order import NotRendered, Rendered, RenderOrder, Said, Wording

WATCH_S = 1.0
"""Progress is written, and a cancel seen, this often."""
STALL_S = 180.0
"""Without any progress for so long a decoder hangs; thirty points on a tenth of a core tell theirs each half minute."""
AGAIN_S = 10.0
"""The store is away: waited before the run is taken up again."""
TRIES = 3
"""A renderer that died is started again, behind its last whole piece; what kills it each time is in the recording."""
FAILED_KEPT_NS = 24 * 3600 * NS_PER_S
"""Who asks again within a day goes on from the pieces of the copy that failed."""
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
        self.ended: Counter[str] = Counter({ViewingCopyState.READY: 0, ViewingCopyState.FAILED: 0})
        """Runs by how they ended here."""

    async def run(self, run: ViewingCopy) -> None:
        """From asked to ready or failed. Cancelled (the jobs end): the child is killed, the run stays as it is."""
        try:
            if not await self._copies.progressed(run, 0.0):
                return
            order = await self._order(run)
            await self._settle(run, order, await self._tried(run, order))
        except Unavailable as away:
            _log.warning("viewing copy of %s waits: %s", run.recording, away)
            await asyncio.sleep(AGAIN_S)
        except (Refusal, MalformedInput, OSError) as fault:
            await self._fail(run, str(fault))
        finally:
            await self._let_go(run)

    async def _let_go(self, run: ViewingCopy) -> None:
        try:
            await self._copies.let_go(run)
        except Unavailable as away:
            _log.warning("viewing copy of %s: its claim runs out by itself: %s", run.recording, away)

    async def _order(self, run: ViewingCopy) -> RenderOrder:
        async with self._units.reading() as unit:
            row = await unit.recordings.get(run.recording)
        text = await read_whole(self._objects, row.manifest_key, row.manifest_version or None)
        if hashlib.sha256(text).hexdigest() != row.manifest_sha256:
            raise Refusal(Code.OBJECT_DAMAGED, row.manifest_key, path=row.manifest_key)
        settings = self._settings
        return RenderOrder(
            parse_manifest(text), settings.wording, settings.zone, str(settings.folder / run.recording),
            settings.threads, settings.cpu_percent, settings.piece_seconds,
        )  # fmt: skip

    async def _tried(self, run: ViewingCopy, order: RenderOrder) -> Said | None:
        """The renderer's last word; None when the copy is no longer wanted."""
        how = ""
        for _ in range(TRIES):
            said = await self._rendered(run, order)
            if not isinstance(said, Died):
                return said
            how = said.how
            _log.warning("viewing copy of %s: %s", run.recording, how)
        return NotRendered(f"given up after {TRIES} tries: {how}", again=False)

    async def _rendered(self, run: ViewingCopy, order: RenderOrder) -> "Said | Died | None":
        async with started(self._settings.command) as child:
            writing = asyncio.create_task(write_order(child, order))
            try:
                return await self._watch(run, child)
            finally:
                writing.cancel()
                await asyncio.gather(writing, return_exceptions=True)

    async def _watch(self, run: ViewingCopy, child: asyncio.subprocess.Process) -> "Said | Died | None":
        heard = Heard()
        listening = asyncio.create_task(heard.listen(child))
        try:
            while not listening.done():
                await asyncio.wait({listening}, timeout=WATCH_S)
                if not listening.done() and not await self._wanted(run, heard.progress):
                    return None
                if heard.silent_s > self._settings.stall_s:
                    return Died(f"no progress for {self._settings.stall_s:.0f} s at {heard.progress:.0%}")
            listening.result()
            return heard.last or Died(f"{await ending(child, self._settings.stall_s)} at {heard.progress:.0%}")
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _wanted(self, run: ViewingCopy, progress: float) -> bool:
        try:
            return await self._copies.progressed(run, progress)
        except Unavailable as away:
            _log.warning("progress of the viewing copy of %s was not written: %s", run.recording, away)
            return True  # the database is away for a moment; what is rendered is not lost

    async def _settle(self, run: ViewingCopy, order: RenderOrder, said: Said | None) -> None:
        if isinstance(said, Rendered):
            await self._store(run, order.target, said.faults)
        elif isinstance(said, NotRendered) and said.again:
            _log.warning("viewing copy of %s waits: %s", run.recording, said.why)
            await asyncio.sleep(AGAIN_S)
        elif isinstance(said, NotRendered):
            await self._fail(run, said.why)
        else:
            await self._clear(run.recording)

    async def _store(self, run: ViewingCopy, film: Path, faults: Mapping[str, str]) -> None:
        """Under no lock: it is no evidence, and can be rendered again as long as the record is there. What another
        process has made ready meanwhile stays."""
        if not await self._copies.progressed(run, 1.0):
            await self._clear(run.recording)
            return
        stored = await self._objects.put(copy_key(run), _chunks(film), self._clock.utc())
        note = "; ".join(f"{key}: {why}" for key, why in faults.items())
        wanted = await self._copies.ready(run, stored, note)
        if wanted:
            self.ended[ViewingCopyState.READY] += 1
            _log.info("viewing copy of %s is ready: %s bytes. %s", run.recording, stored.bytes, note)
        present = await self._copies.of(run.recording)
        is_ready = present is not None and present.state is ViewingCopyState.READY
        await self._remove(run, keep=present.key if present is not None and is_ready else "")
        await self._clear(run.recording)

    async def _remove(self, run: ViewingCopy, keep: str) -> None:
        """What earlier runs stored; one stays where the store does not let it go."""
        older = [one async for one in self._objects.list(copies_of(run.recording)) if one.key != keep]
        for one in older:
            try:
                await self._objects.delete(one.key, one.version)
            except Refusal as refusal:
                _log.warning("old viewing copy %s stays: %s", one.key, refusal)

    async def _fail(self, run: ViewingCopy, why: str) -> None:
        self.ended[ViewingCopyState.FAILED] += 1
        _log.error("viewing copy of %s failed: %s", run.recording, why)
        try:
            await self._copies.failed(run, why)
        except Unavailable as away:
            _log.warning("that could not be written, the run is taken up again: %s", away)

    async def tidy(self) -> int:
        """Removes pieces that nobody will go on with, left by jobs that were killed in the last moment; how many."""
        folders = await asyncio.to_thread(_folders, self._settings.folder)
        copies = {name: await self._copies.of(RecordingId(name)) for name in folders}
        stale = [name for name, copy in copies.items() if copy is None or not self._goes_on(copy)]
        for name in stale:
            await self._clear(RecordingId(name))
        return len(stale)

    def _goes_on(self, copy: ViewingCopy) -> bool:
        if copy.state is ViewingCopyState.FAILED:
            return self._clock.utc() - copy.changed_utc_ns < FAILED_KEPT_NS
        return copy.state in COPY_UNDER_WAY

    async def _clear(self, recording: RecordingId) -> None:
        await asyncio.to_thread(shutil.rmtree, self._settings.folder / recording, ignore_errors=True)


def _folders(root: Path) -> list[str]:
    return [entry.name for entry in root.iterdir() if entry.is_dir()] if root.is_dir() else []


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk


def renderer_command(configuration_file: Path) -> tuple[str, ...]:
    """This programme again."""
    return (sys.executable, "-m", "deploy.cli", "render", "--config", str(configuration_file))
