"""Real aiortc peers through a real node: join, publish, subscribe, gates, reconnect."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.control import TrackPublished
from bridge.media import Source
from tests.support.sfu_clients import Picture, Stage, Tone, only_loopback, stage


@pytest.fixture
async def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """A node with one room."""
    only_loopback(monkeypatch)
    async with stage(tmp_path) as made:
        yield made


async def test_one_publishes_another_sees_and_hears(room: Stage) -> None:
    ann = await room.join("ann")
    bob = await room.join("bob")
    await ann.publish({Source.CAMERA: Picture(60), Source.MICROPHONE: Tone()})
    await room.saw(TrackPublished, source=Source.CAMERA)
    sound = await bob.gets("0")
    picture = await bob.gets("1")
    await picture.at_least(10)
    await sound.at_least(20)
    assert abs(await picture.luma() - 60) < 8
