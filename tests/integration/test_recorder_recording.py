"""A scripted tap over a real socket becomes decodable segments and a journal in a real object store."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.journal import RecordingBegan, RecordingEnded, SegmentWritten, TrackBegan
from bridge.media import Codec, Source
from tests.support.recorder_process import RecorderUnderTest, running_recorder
from tests.support.tap_media import pictures, sounds
from tests.support.tap_node import ScriptedTrack, script


@pytest.fixture
async def recorder(tmp_path: Path) -> AsyncIterator[RecorderUnderTest]:
    async with running_recorder(tmp_path) as running:
        yield running


async def test_a_tap_becomes_decodable_segments_and_a_journal(recorder: RecorderUnderTest) -> None:
    tracks = [
        ScriptedTrack(1, "cam", "ann", Source.CAMERA, Codec.VP8, pictures(Codec.VP8, 8, 2.0)),
        ScriptedTrack(2, "mic", "ann", Source.MICROPHONE, Codec.OPUS, sounds(8)),
        ScriptedTrack(3, "h264", "bob", Source.CAMERA, Codec.H264, pictures(Codec.H264, 8, 2.0)),
    ]
    frames = script(tracks, 1.0, 7.5)
    await recorder.record("rec", frames)
    journal = await recorder.journal("rec")
    assert isinstance(journal[0], RecordingBegan)
    assert isinstance(journal[-1], RecordingEnded)
    assert {entry.track for entry in journal if isinstance(entry, TrackBegan)} == {"cam", "mic", "h264"}
    segments = [entry for entry in journal if isinstance(entry, SegmentWritten)]
    assert {segment.track for segment in segments} == {"cam", "mic", "h264"}
    for segment in segments:
        decoded = await recorder.decode(segment)
        assert len(decoded) == segment.frames
