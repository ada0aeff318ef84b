"""A recorder that has served many rooms is as it was: tasks, threads, descriptors, spool."""

import asyncio
import gc
import os
import threading
from pathlib import Path

import pytest

from bridge.ids import RecordingId
from bridge.media import Codec, Source
from tests.support.fake_media import opus
from tests.support.recorder_process import RecorderUnderTest, running_recorder
from tests.support.tap_node import ScriptedTrack, script

WARM_UP = 24
"""Three rounds of eight at a time: pools of threads and of connections have their full size afterwards."""
ROOMS = 40


async def _rooms(recorder: RecorderUnderTest, first: int, count: int) -> None:
    frames = script([ScriptedTrack(1, "mic", "ann", Source.MICROPHONE, Codec.OPUS, opus(3))], 0.0, 2.5)
    names = [f"rec{index}" for index in range(first, first + count)]
    for start in range(0, count, 8):
        await asyncio.gather(*(recorder.record(name, frames) for name in names[start : start + 8]))


async def _counts() -> tuple[int, int, int]:
    """Once what is ending has ended."""
    for _ in range(20):
        await asyncio.sleep(0)
    gc.collect()
    return len(asyncio.all_tasks()), threading.active_count(), len(os.listdir("/proc/self/fd"))


async def _settled(at_most: tuple[int, int, int]) -> tuple[int, int, int]:
    """Connections that were just closed take a moment of the loop's time to go."""
    for _ in range(300):
        counts = await _counts()
        if all(now <= before for now, before in zip(counts, at_most, strict=True)):
            return counts
        await asyncio.sleep(0.1)
    return await _counts()


@pytest.mark.slow
async def test_many_rooms_leave_nothing_behind(tmp_path: Path) -> None:
    async with running_recorder(tmp_path) as recorder:
        await _rooms(recorder, 0, WARM_UP)
        before = await _counts()
        await _rooms(recorder, WARM_UP, ROOMS)
        after = await _settled(before)
        assert all(now <= then for now, then in zip(after, before, strict=True)), (before, after)
        spool = tmp_path / "spool"
        left = {path.name for path in spool.rglob("*") if path.is_file()}
        assert left == {"recording.json"}
        status = await recorder.api.status(RecordingId("rec5"))
        assert (status.state, status.segments) == ("finished", 1)
