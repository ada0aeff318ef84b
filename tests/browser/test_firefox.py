"""Firefox joins, publishes, sees and speaks, in a network of its own (it refuses media on loopback)."""

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.namespace import NoNamespace, inside, namespace

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

if not Path("/usr/bin/firefox-esr").exists():
    pytest.skip("firefox-esr is not installed", allow_module_level=True)


@pytest.fixture
def network() -> Iterator[str]:
    """A namespace's name; a visible skip where none can be made."""
    making = namespace()
    try:
        name = making.__enter__()
    except NoNamespace as why:
        pytest.skip(str(why))
    try:
        yield name
    finally:
        making.__exit__(None, None, None)


async def test_firefox_joins_publishes_sees_and_speaks(network: str, tmp_path: Path, pictures: Path) -> None:
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
    assert seen["chair_decoded"] > 30
    assert seen["chair_heard_s"] > 2
    assert (seen["over"], seen["complaints"]) == ("closed", [])
