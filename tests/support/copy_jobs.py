"""An installation with one made recording in its archive, for tests of the job that renders viewing copies."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bridge.archive import ViewingCopy, ViewingCopyState
from bridge.copies import ViewingCopies
from bridge.ids import AccountId
from bridge.manifest import serialise_manifest
from bridge.media import Source
from bridge.model import RecordingRow
from bridge.states import RecordingState
from deploy.configuration import Configuration
from deploy.copying import render_settings
from deploy.folder import DataFolder, prepare
from deploy.renderqueue import RenderQueue
from deploy.renders import Renders
from deploy.stores import migrated, opened
from deploy.time import SystemClock
from storage.build import Storage
from tests.support.made_recordings import BEGAN_UTC_NS, RECORDING, Made, Maker, Person, Take, ns

ARCHIVIST = AccountId("archivist")
WAIT_S = 60.0


@dataclass
class Archive:
    """``copies``: the service that pages and jobs use."""

    configuration: Configuration
    folder: DataFolder
    storage: Storage
    copies: ViewingCopies
    row: RecordingRow

    async def ask(self) -> ViewingCopy:
        return await self.copies.ask(ARCHIVIST, self.row)

    async def copy(self) -> ViewingCopy:
        found = await self.copies.of(self.row.id)
        assert found is not None
        return found

    async def until(self, holds: Callable[[ViewingCopy], bool]) -> ViewingCopy:
        """The copy as it is once that holds."""
        deadline = time.monotonic() + WAIT_S
        while not holds(copy := await self.copy()):
            assert time.monotonic() < deadline, copy
            await asyncio.sleep(0.05)
        return copy

    async def until_settled(self) -> ViewingCopy:
        over = (ViewingCopyState.READY, ViewingCopyState.FAILED, ViewingCopyState.CANCELLED)
        return await self.until(lambda copy: copy.state in over)

    async def until_idle(self) -> None:
        """Until the last run has cleared away what it no longer needs: its pieces go last."""
        await ends_within(WAIT_S, lambda: asyncio.to_thread(lambda: not any(self.folder.renders.iterdir())))

    def pieces(self) -> dict[str, int]:
        """Whole pieces with the time they were written."""
        return {file.name: file.stat().st_mtime_ns for file in self.folder.renders.glob("*/*/*.mkv")}


@asynccontextmanager
async def archive(folder: Path, seconds: float, **settings: object) -> AsyncIterator[Archive]:
    """``settings`` of the configuration."""
    configuration = Configuration(data=str(folder / "data"), **settings)  # type: ignore[arg-type]  # passed on
    place = prepare(configuration)
    await migrated(configuration, place)
    async with opened(configuration, place) as storage:
        row = await made_row(storage, folder, seconds)
        yield Archive(configuration, place, storage, ViewingCopies(storage.units, SystemClock()), row)


async def made_row(storage: Storage, folder: Path, seconds: float) -> RecordingRow:
    """One person with picture and sound, sealed, in the archive."""
    maker = Maker(storage.objects, folder)
    await maker.add(Made(1, Source.CAMERA, [Take(0, seconds)]))
    await maker.add(Made(1, Source.MICROPHONE, [Take(0, seconds)]))
    return await sealed_row(storage, maker, [Person(1, "Nguyễn Thị Hường", (0, seconds))], seconds)


async def sealed_row(storage: Storage, maker: Maker, people: list[Person], seconds: float) -> RecordingRow:
    """The manifest stored, the row written, as sealing leaves them."""
    manifest = maker.manifest(people, seconds)
    text = serialise_manifest(manifest)
    stored = await storage.objects.put(f"recordings/{RECORDING}/manifest.json", text, BEGAN_UTC_NS)
    row = RecordingRow(
        id=RECORDING,
        reception=manifest.reception,
        agency=manifest.agency,
        title=manifest.title,
        state=RecordingState.SEALED,
        prefix=f"recordings/{RECORDING}/",
        began_utc_ns=BEGAN_UTC_NS,
        ended_utc_ns=BEGAN_UTC_NS + ns(seconds),
        recorder="r1",
        manifest_key=stored.key,
        manifest_version=stored.version,
        manifest_sha256=hashlib.sha256(text).hexdigest(),
    )
    async with storage.units.writing() as unit:
        await unit.recordings.put(row)
        await unit.commit()
    return row


@asynccontextmanager
async def working(made: Archive, **changes: object) -> AsyncIterator[RenderQueue]:
    """The queue as the process ``jobs`` runs it, looking for work ten times a second."""
    settings = msgspec.structs.replace(render_settings(made.configuration, made.folder), **changes)
    renders = Renders(made.storage.units, made.storage.objects, made.copies, SystemClock(), settings)
    queue = RenderQueue(made.folder.queue, made.copies.wanted, renders.run)
    queue.start()
    looking = asyncio.create_task(_look(queue))
    try:
        yield queue
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        await queue.close()


async def _look(queue: RenderQueue) -> None:
    while True:
        await queue.look()
        await asyncio.sleep(0.1)


async def ends_within(seconds: float, holds: Callable[[], Awaitable[bool]]) -> float:
    """How long it took."""
    began = time.monotonic()
    while not await holds():
        assert time.monotonic() - began < seconds
        await asyncio.sleep(0.02)
    return time.monotonic() - began
