"""Two processes ``jobs`` on one database: each viewing copy is rendered by one of them, by the other if that dies."""

import asyncio
import sys
from pathlib import Path

import msgspec

from bridge.archive import ViewingCopyState
from bridge.copies import CLAIM_NS, ViewingCopies
from bridge.ports import StoredObject
from deploy.copying import render_settings
from deploy.renderqueue import RenderQueue
from deploy.renders import Renders
from deploy.time import SystemClock
from tests.support.copy_jobs import Archive, archive
from tests.support.pages import HandClock

_S = ViewingCopyState
FILM = StoredObject("copies/x.mp4", "v", 1, "0" * 64, 0)


async def test_one_has_it_until_it_lets_go_or_is_silent(tmp_path: Path) -> None:
    async with archive(tmp_path, 1) as made:
        clock = HandClock()
        one, other = (ViewingCopies(made.storage.units, clock, name) for name in ("jobs 1", "jobs 2"))
        run = await made.ask()
        assert [await one.progressed(run, 0.0), await other.progressed(run, 0.0)] == [True, False]
        clock.now_ns += CLAIM_NS - 1
        assert [await other.progressed(run, 0.0), await one.progressed(run, 0.5)] == [False, True]
        clock.now_ns += CLAIM_NS
        assert [await other.progressed(run, 0.6), await one.progressed(run, 0.6)] == [True, False]
        assert not await one.ready(run, FILM, "")
        assert not await one.failed(run, "mine is not wanted")
        await one.let_go(run)  # of what is not its own, nothing
        assert not await one.progressed(run, 0.7)
        await other.let_go(run)
        assert await one.ready(run, FILM, "")
        assert (await made.copy()).state is _S.READY


async def test_two_at_once_start_one_renderer(tmp_path: Path) -> None:
    started = tmp_path / "started"
    program = f"import time; open({str(started)!r}, 'a').write('x'); time.sleep(60)"
    async with archive(tmp_path, 1) as made:
        queues = [queue_of(made, f"jobs {number}", program, tmp_path / f"queue{number}") for number in (1, 2)]
        for queue in queues:
            queue.start()
        try:
            await made.ask()
            async with asyncio.timeout(30):
                while not started.exists():
                    await asyncio.gather(*(queue.look() for queue in queues))
                    await asyncio.sleep(0.05)
            for _ in range(10):
                await asyncio.gather(*(queue.look() for queue in queues))
                await asyncio.sleep(0.05)
            assert started.read_text() == "x"
        finally:
            await asyncio.gather(*(queue.close() for queue in queues))


def queue_of(made: Archive, worker: str, program: str, file: Path) -> RenderQueue:
    """As a process of its own would have it, with a data folder of its own."""
    copies = ViewingCopies(made.storage.units, SystemClock(), worker)
    settings = msgspec.structs.replace(
        render_settings(made.configuration, made.folder),
        command=(sys.executable, "-c", program),
        folder=file.with_suffix(".renders"),
    )
    renders = Renders(made.storage.units, made.storage.objects, copies, SystemClock(), settings)
    return RenderQueue(file, copies.wanted, renders.run)
