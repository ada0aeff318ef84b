"""Firefox joins, publishes and sees, in a network of its own (it refuses media on loopback)."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.support.namespace import inside, namespace, why_none

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

if not Path("/usr/bin/firefox-esr").exists():
    pytest.skip("firefox-esr is not installed", allow_module_level=True)


async def test_firefox_joins_publishes_and_sees(tmp_path: Path, pictures: Path) -> None:
    if reason := why_none():
        pytest.skip(reason)
    with namespace() as network:
        process = await asyncio.create_subprocess_exec(
            *inside(network, sys.executable, "-m", "tests.support.firefox_reception"),
            *(str(tmp_path / "data"), str(pictures / "firefox.png")),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, complained = await process.communicate()
    assert process.returncode == 0, complained.decode()[-3000:]
    seen = json.loads(said.splitlines()[-1])
    assert seen["firefox_saw"]["code"] == 1
    assert seen["chair_saw"]["code"] == 2
