"""Children are restarted, ended in order, and give up when they cannot be configured."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from deploy import supervisor as under_test
from deploy.supervisor import CONFIGURATION_EXIT, Part, Supervisor


class Script(Supervisor):
    """Runs ``python -c`` instead of ``diemcau``; everything else is the real thing."""

    def command(self, part: Part) -> tuple[str, ...]:
        return (sys.executable, "-c", *part.arguments)


async def until_pid(supervisor: Supervisor, name: str, other_than: int | None = None) -> int:
    async with asyncio.timeout(30):
        while (pid := supervisor.pid(name)) in (None, other_than):  # noqa: ASYNC110  a process tells nobody
            await asyncio.sleep(0.02)
    assert pid is not None
    return pid


async def test_a_killed_part_comes_back_and_stop_ends_it(tmp_path: Path) -> None:
    supervisor = Script([Part("sleeper", ("import time; time.sleep(60)",))], tmp_path)
    running = asyncio.create_task(supervisor.run())
    first = await until_pid(supervisor, "sleeper")
    os.kill(first, signal.SIGKILL)
    second = await until_pid(supervisor, "sleeper", other_than=first)
    assert second != first
    supervisor.stop()
    assert await asyncio.wait_for(running, 30) == 0
    assert supervisor.pid("sleeper") is None


async def test_a_part_that_rests_is_not_started_again_before_it_is_woken(tmp_path: Path) -> None:
    supervisor = Script([Part("sleeper", ("import time; time.sleep(60)",))], tmp_path)
    running = asyncio.create_task(supervisor.run())
    first = await until_pid(supervisor, "sleeper")
    supervisor.rest("sleeper")
    async with asyncio.timeout(30):
        while supervisor.pid("sleeper") is not None:  # noqa: ASYNC110  a process tells nobody
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)
    assert supervisor.pid("sleeper") is None
    supervisor.wake("sleeper")
    assert await until_pid(supervisor, "sleeper") != first
    supervisor.rest("sleeper")
    supervisor.stop()
    assert await asyncio.wait_for(running, 30) == 0


async def test_what_fails_again_and_again_is_started_less_and_less_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    async def pause(self: Supervisor, seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == len(under_test.BACKOFF_S) + 1:
            self.stop()

    monkeypatch.setattr(Script, "_pause", pause)
    assert await asyncio.wait_for(Script([Part("bad", ("raise SystemExit(1)",))], tmp_path).run(), 30) == 0
    assert pauses == [*under_test.BACKOFF_S, under_test.BACKOFF_S[-1]]
    assert pauses[0] == 0  # what was killed is back at once

    pauses.clear()
    monkeypatch.setattr(under_test, "STEADY_S", 0.0)
    assert await asyncio.wait_for(Script([Part("killed", ("raise SystemExit(1)",))], tmp_path).run(), 30) == 0
    assert set(pauses) == {0.0}


async def test_a_part_that_cannot_be_configured_ends_everything(tmp_path: Path) -> None:
    parts = [
        Part("bad", (f"import sys; sys.exit({CONFIGURATION_EXIT})",)),
        Part("ok", ("import time; time.sleep(60)",)),
    ]
    assert await asyncio.wait_for(Script(parts, tmp_path).run(), 30) == CONFIGURATION_EXIT


async def test_a_part_that_has_worked_is_tried_again_whatever_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(under_test, "STEADY_S", 0.2)
    once = tmp_path / "once"
    steps = (
        "import pathlib, sys, time",
        f"once = pathlib.Path({str(once)!r})",
        "time.sleep(0.5 if not once.exists() else 0)",
        "with once.open('a') as file: file.write('.')",
        "size = once.stat().st_size",
        f"time.sleep(60) if size > 3 else sys.exit(0 if size == 1 else {CONFIGURATION_EXIT})",
    )
    supervisor = Script([Part("part", ("\n".join(steps),))], tmp_path)
    running = asyncio.create_task(supervisor.run())
    async with asyncio.timeout(30):
        while not once.exists() or once.stat().st_size < 4:  # noqa: ASYNC110  a file tells nobody
            await asyncio.sleep(0.02)
    supervisor.stop()
    assert await asyncio.wait_for(running, 30) == 0


async def test_a_part_deaf_to_sigterm_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_test, "CLOSING_S", 0.5)
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    log = tmp_path / "deaf.log"

    def said() -> str:
        return log.read_text() if log.exists() else ""

    supervisor = Script([Part("deaf", (deaf,))], tmp_path)
    running = asyncio.create_task(supervisor.run())
    async with asyncio.timeout(30):
        while "deaf" not in said():  # noqa: ASYNC110  a file tells nobody
            await asyncio.sleep(0.02)
    supervisor.stop()
    assert await asyncio.wait_for(running, 30) == 0


async def test_a_part_for_which_there_is_no_process_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(under_test, "BACKOFF_S", (0.05,))
    spawn = Script._spawn  # noqa: SLF001  the machine's refusal is the point
    refused: list[str] = []

    async def poor(self: Supervisor, part: Part, life_line: int) -> asyncio.subprocess.Process:
        if len(refused) < 2:
            refused.append(part.name)
            raise BlockingIOError("no process to spare")
        return await spawn(self, part, life_line)

    monkeypatch.setattr(Script, "_spawn", poor)
    supervisor = Script([Part("sleeper", ("import time; time.sleep(60)",))], tmp_path)
    running = asyncio.create_task(supervisor.run())
    before = len(os.listdir("/proc/self/fd"))
    await until_pid(supervisor, "sleeper")
    supervisor.stop()
    assert await asyncio.wait_for(running, 30) == 0
    assert len(os.listdir("/proc/self/fd")) <= before
