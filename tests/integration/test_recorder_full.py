"""A spool on a disk that fills up: nothing that was confirmed is lost, and the recording goes on when there is room."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bridge.control import Numbered
from bridge.ids import RecordingId
from bridge.journal import GapDeclared, SegmentWritten
from bridge.media import Codec, Source
from bridge.recorder_control import SpoolChanged
from tests.support.fake_media import opus
from tests.support.recorder_process import RecorderUnderTest, running_recorder
from tests.support.small_disk import small_spool
from tests.support.tap_node import ScriptedTrack, TapNode, script

RECORDING = RecordingId("rec")
SIZE = 3 * 1024 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """``spool`` on a file system of its own."""
    with small_spool(tmp_path, SIZE) as folder:
        yield folder


@pytest.fixture
async def recorder(small_disk: Path) -> AsyncIterator[RecorderUnderTest]:
    async with running_recorder(small_disk) as running:
        yield running


async def test_a_full_disk_is_waited_for(recorder: RecorderUnderTest) -> None:
    await recorder.arm(RECORDING)
    ballast = recorder.folder / "spool" / "ballast"
    ballast.write_bytes(bytes(SIZE - 300 * 1024))
    frames = script([ScriptedTrack(1, "mic", "ann", Source.MICROPHONE, Codec.OPUS, opus(300))], 0.0, 295.0)
    node = await TapNode.connect(recorder.tap_address, RECORDING)
    sending = asyncio.create_task(node.send(frames))
    events = recorder.api.events("", 0)
    assert _is(await anext(events), "full")
    assert (await recorder.api.status(RECORDING)).state == "degraded"
    ballast.unlink()
    assert _is(await anext(events), "healthy")
    await events.aclose()
    await sending
    await node.close()
    node = await TapNode.connect(recorder.tap_address, RECORDING)
    await node.send(frames)
    await node.until_confirmed(frames)
    await recorder.api.finished(RECORDING)
    await node.close()
    journal = await recorder.journal(RECORDING)
    assert not [entry for entry in journal if isinstance(entry, GapDeclared)]
    assert sum(entry.frames for entry in journal if isinstance(entry, SegmentWritten)) == 295 * 50 - 1


def _is(numbered: Numbered, state: str) -> bool:
    return isinstance(numbered.event, SpoolChanged) and numbered.event.state == state
