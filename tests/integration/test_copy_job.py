"""The job that renders viewing copies: to the end, cancelled, killed, hung, and within its share of the machine."""

import asyncio
import hashlib
import os
import signal
import sys
import time
from pathlib import Path

import msgspec
import pytest

from bridge.archive import ViewingCopy, ViewingCopyState
from bridge.verification import read_whole
from deploy.configuration import JobsPart, keep
from tests.support.copy_jobs import ARCHIVIST, Archive, archive, ends_within, working

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
_S = ViewingCopyState


def children(parent: int) -> list[int]:
    """Renderers that this process started and that still run."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                command = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if int(fields[1]) == parent and fields[0] != "Z" and b"render" in command:
                found.append(int(entry.name))
    return found


def rendering(copy: ViewingCopy) -> bool:
    return copy.state is _S.RENDERING and copy.progress > 0


async def test_asked_for_it_is_rendered_and_stored(tmp_path: Path) -> None:
    async with archive(tmp_path, 3) as made, working(made):
        asked = await made.ask()
        assert (await made.ask()) == asked  # while one is under way there is no second
        copy = await made.until_settled()
        assert (copy.state, copy.fault, copy.progress) == (_S.READY, "", 1.0)
        body = await read_whole(made.storage.objects, copy.key, copy.version or None)
        assert (hashlib.sha256(body).hexdigest(), len(body)) == (copy.sha256, copy.bytes)
        assert b"ftyp" in body[:16]
        assert body.index(b"moov") < body.index(b"mdat")  # it plays while it loads
        await ends_within(30, lambda: asyncio.to_thread(lambda: not list(made.folder.renders.iterdir())))
        async with made.storage.units.reading() as unit:
            entries = [one.entry for one in await unit.audit.entries(0, 10)]
        assert [(one.actor, one.action, one.detail) for one in entries] == [
            ("archivist", "copy_recording", "asked"),
            ("system", "copy_recording", "ready"),
        ]


async def test_a_cancelled_one_ends_at_once_and_can_be_asked_for_again(tmp_path: Path) -> None:
    async with archive(tmp_path, 6, jobs=JobsPart(render_cpu_percent=10)) as made, working(made):
        await made.ask()
        await made.until(rendering)
        assert len(children(os.getpid())) == 1
        await made.copies.cancel(ARCHIVIST, made.row.id)

        async def gone() -> bool:
            return not children(os.getpid()) and not list(made.folder.renders.iterdir())

        told(f"cancelled: the renderer had ended after {await ends_within(30, gone):.2f} s")
        assert (await made.copy()).state is _S.CANCELLED
        await made.ask()
        await made.until(rendering)
        await made.copies.cancel(ARCHIVIST, made.row.id)


async def test_a_killed_renderer_is_started_again_and_goes_on(tmp_path: Path) -> None:
    slow = JobsPart(render_cpu_percent=60, render_piece_seconds=2)
    async with archive(tmp_path, 12, jobs=slow) as made, working(made):
        await made.ask()
        await made.until(lambda _: len(made.pieces()) >= 2)
        os.kill(children(os.getpid())[0], signal.SIGKILL)
        before = made.pieces()
        await made.until(lambda _: len(made.pieces()) > len(before))
        assert before.items() <= made.pieces().items()
        copy = await made.until_settled()
        assert (copy.state, copy.fault) == (_S.READY, "")


async def test_killed_jobs_take_the_renderer_with_them_and_the_next_go_on(tmp_path: Path) -> None:
    slow = JobsPart(render_cpu_percent=40, render_piece_seconds=2)
    async with archive(tmp_path, 10, jobs=slow) as made:
        first = await jobs_of(made)
        await made.ask()
        await made.until(rendering)
        (renderer,) = children(first.pid)
        await made.until(lambda _: len(made.pieces()) >= 1)
        before = made.pieces()
        first.kill()
        await first.wait()
        await ends_within(30, lambda: asyncio.to_thread(lambda: not Path(f"/proc/{renderer}").exists()))
        assert (await made.copy()).state is _S.RENDERING
        second = await jobs_of(made, JobsPart(render_piece_seconds=2))
        try:
            await made.until(lambda _: len(made.pieces()) > len(before))
            assert before.items() <= made.pieces().items()
            assert (await made.until_settled()).state is _S.READY
        finally:
            second.terminate()
            assert await second.wait() == 0


async def jobs_of(made: Archive, limits: JobsPart | None = None) -> asyncio.subprocess.Process:
    """The real process, on this installation."""
    configuration = made.configuration
    if limits is not None:
        configuration = msgspec.structs.replace(configuration, jobs=limits)
    file = made.folder.root / "test.toml"
    keep(configuration, file)
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "deploy.cli", "jobs", "--config", str(file))


@pytest.mark.parametrize(
    ("program", "why", "stall_s"),
    [
        ("import time; time.sleep(60)", "no progress for 1 s", 1.0),
        ("raise SystemExit(3)", "ended with code 3", 30.0),
        ("print('good morning')", "none of its words", 30.0),
        ("print('x' * 3_000_000)", "none of its words", 30.0),
        ("import os, time; os.close(1); time.sleep(60)", "said nothing more", 5.0),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "ended with code -11", 30.0),
    ],
)
async def test_a_renderer_that_hangs_crashes_or_babbles_is_a_failed_copy(
    program: str, why: str, stall_s: float, tmp_path: Path
) -> None:
    async with archive(tmp_path, 1) as made:
        async with working(made, command=(sys.executable, "-c", program), stall_s=stall_s):
            await made.ask()
            copy = await made.until_settled()
            assert copy.state is _S.FAILED
            assert why in copy.fault
        await made.ask()
        assert (await made.copy()).state is not _S.FAILED


async def test_the_limit_of_the_processor_holds(tmp_path: Path) -> None:
    async with archive(tmp_path, 20, jobs=JobsPart(render_threads=2, render_cpu_percent=25)) as made, working(made):
        await made.ask()
        await made.until(rendering)
        (renderer,) = children(os.getpid())
        began, used = time.monotonic(), cpu_seconds(renderer)
        await asyncio.sleep(5)
        share = (cpu_seconds(renderer) - used) / (time.monotonic() - began)
        nice = os.getpriority(os.PRIO_PROCESS, renderer)
        told(f"renderer: {share:.1%} of a core with a limit of 25 %, nice {nice}")
        assert 0 < share < 0.30
        assert nice == 19
        await made.copies.cancel(ARCHIVIST, made.row.id)


def told(figure: str) -> None:
    """For who looks at the test's output."""
    sys.stdout.write(figure + "\n")


def cpu_seconds(pid: int) -> float:
    """All threads, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
