"""A part that is told to stop before it has begun."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from deploy.serving import SUPERVISED
from deploy.supervisor import Part, Supervisor

ROOT = Path(__file__).parents[3]
WITHIN_S = 30.0
SLOW = """
import sys, time
class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "deploy.cli":
            print("begun", flush=True)
            time.sleep(60)
sys.meta_path.insert(0, Slow())
from deploy.__main__ import main
main()
"""
"""The command, whose imports take for ever."""


@pytest.mark.parametrize(("environment", "code"), [({SUPERVISED: "1"}, 0), ({}, -signal.SIGTERM)])
async def test_told_to_stop_while_it_imports_a_part_ends_in_order(environment: dict[str, str], code: int) -> None:
    whole = {name: value for name, value in os.environ.items() if name != SUPERVISED} | environment
    pipe = asyncio.subprocess.PIPE
    part = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SLOW, cwd=ROOT, env=whole, stdout=pipe, stderr=pipe
    )
    assert part.stdout is not None
    async with asyncio.timeout(WITHIN_S):
        assert await part.stdout.readline() == b"begun\n"
        part.send_signal(signal.SIGTERM)
        _, said = await part.communicate()
    assert (part.returncode, said) == (code, b"")


def test_the_supervisors_parts_begin_there(tmp_path: Path) -> None:
    assert Supervisor((), tmp_path).command(Part("sfu", ("sfu",))) == (sys.executable, "-m", "deploy", "sfu")
