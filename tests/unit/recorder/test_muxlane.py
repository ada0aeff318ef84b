"""Segments out of cuts; a stream the muxer refuses costs only itself."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

from bridge.media import Codec, Source
from recorder.muxlane import Muxed, MuxLane
from recorder.remux import browser_form
from recorder.segmenter import FrameWritten, SegmentBegun
from recorder.track import SegmentDone
from tests.support.recorder_core import CoreUnderTest
from tests.support.recorder_process import decode
from tests.support.tap_media import pictures
from tests.support.tap_node import ScriptedTrack, script


def _cuts(codec: Codec) -> list[SegmentBegun | FrameWritten | SegmentDone]:
    track = ScriptedTrack(1, "cam", "ann", Source.CAMERA, codec, pictures(codec, 3, 1.0))
    core = CoreUnderTest()
    core.feed(script([track], 0.0, 3.0))
    return [cut for cut in core.outcomes if isinstance(cut, SegmentBegun | FrameWritten | SegmentDone)]


@asynccontextmanager
async def _lane(folder: Path, muxed: list[Muxed]) -> AsyncIterator[MuxLane]:
    with ThreadPoolExecutor(1) as executor:
        lane = MuxLane(executor, lambda key, number: folder / f"{key[1]}-{number}", muxed.append)
        running = asyncio.create_task(lane.run())
        try:
            yield lane
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_cuts_become_a_file(tmp_path: Path) -> None:
    muxed: list[Muxed] = []
    async with _lane(tmp_path, muxed) as lane:
        for cut in _cuts(Codec.VP8):
            lane.add((1, 1), cut)
        await lane.drained()
    (one,) = muxed
    assert one.frames == len(decode(one.path.read_bytes())) == 75
    assert one.size == one.path.stat().st_size


async def test_a_stream_the_muxer_refuses_costs_only_itself(tmp_path: Path) -> None:
    muxed: list[Muxed] = []
    cuts = _cuts(Codec.H264)
    hopeless = [FrameWritten(1, 0, b"\x00", True) if isinstance(cut, FrameWritten) else cut for cut in cuts]
    async with _lane(tmp_path, muxed) as lane:
        for cut, other in zip(cuts, hopeless, strict=True):
            lane.add((1, 1), cut)
            lane.add((1, 2), other)
        await lane.drained()
    whole, nothing = muxed
    assert whole.frames == 75
    assert browser_form("matroska", whole.path.read_bytes())[0].startswith("video/mp4")
    assert nothing.sha256 == ""


async def test_what_is_open_when_the_lane_ends_is_given_up(tmp_path: Path) -> None:
    muxed: list[Muxed] = []
    async with _lane(tmp_path, muxed) as lane:
        for cut in _cuts(Codec.VP8)[:-1]:
            lane.add((1, 1), cut)
        await lane.drained()
        assert _files(tmp_path)
    assert not _files(tmp_path)
    assert not muxed
