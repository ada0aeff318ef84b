"""Whoever connects to the tap address: nothing it sends disturbs the recorder or another recording."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import MalformedPacket, NotFound
from bridge.ids import NodeId, RecordingId, RoomId
from bridge.media import Codec, Source
from bridge.tap import FrameKind, Hello, pack_declaration, pack_frame
from recorder.intake import FrameCutter
from tests.support.fake_media import opus
from tests.support.recorder_process import RecorderUnderTest, running_recorder
from tests.support.tap_node import ScriptedTrack, TapNode, moment, script

RECORDING = RecordingId("rec")


@pytest.fixture
async def recorder(tmp_path: Path) -> AsyncIterator[RecorderUnderTest]:
    async with running_recorder(tmp_path) as running:
        yield running


def _hello(version: int = 1, recording: str = "rec", room: str = "room") -> bytes:
    said = Hello(version, NodeId("node"), RoomId(room), RecordingId(recording), moment(0.0))
    return pack_frame(FrameKind.HELLO, 0, 0, 0, pack_declaration(said))


async def _is_cut_off(recorder: RecorderUnderTest, *said: bytes) -> None:
    reader, writer = await asyncio.open_unix_connection(recorder.tap_address.removeprefix("unix:"))
    try:
        for content in said:
            writer.write(content)
        async with asyncio.timeout(30):
            while await reader.read(65_536):
                pass
    except ConnectionError:
        pass
    finally:
        writer.close()


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\xff" * 64,
        pack_frame(FrameKind.HELLO, 0, 0, 0, b"{"),
        pack_frame(FrameKind.START, 0, 1, 0, b"{}"),
        _hello(version=2),
        _hello(recording="unknown"),
        _hello(room="another"),
        _hello() + pack_frame(FrameKind.START, 0, 1, 0, b"no moment"),
        _hello() + b"\x00\x00\x00\x01",
    ],
)
async def test_who_speaks_otherwise_is_cut_off(recorder: RecorderUnderTest, said: bytes) -> None:
    await recorder.arm(RECORDING)
    await _is_cut_off(recorder, said)
    frames = script([ScriptedTrack(1, "mic", "ann", Source.MICROPHONE, Codec.OPUS, opus(3))], 0.0, 3.0)
    node = await TapNode.connect(recorder.tap_address, RECORDING)
    await node.send(frames)
    await node.until_confirmed(frames)
    assert (await recorder.api.finished(RECORDING)).segments == 1
    await node.close()


async def test_hostile_frames_of_a_track_are_counted_and_dropped(recorder: RecorderUnderTest) -> None:
    good = script([ScriptedTrack(1, "mic", "ann", Source.MICROPHONE, Codec.OPUS, opus(3))], 0.0, 3.0)
    at = good[0].arrival
    hostile = b"".join(
        pack_frame(kind, 9, number, at, body)
        for number, (kind, body) in enumerate(
            [
                (FrameKind.RTP, b"before it is declared"),
                (FrameKind.TRACK, b"{}"),
                (FrameKind.TRACK, b'{"track":"\xff"}'),
                (FrameKind.GATE, b"[]"),
                (FrameKind.SENDER_REPORT, b"short"),
                (FrameKind.LOST, b"{}"),
                (FrameKind.RTP, b""),
                (FrameKind.CONFIRM, b""),
                (FrameKind.END, b"?"),
            ],
            1,
        )
    )
    await recorder.arm(RECORDING)
    node = await TapNode.connect(recorder.tap_address, RECORDING)
    await node.send(good[:20])
    node.send_bytes(hostile)
    await node.send(good[20:-1])
    await node.until_confirmed(good[:-1])
    (figures,) = recorder.process.recorder.figures()
    assert (figures.connected, figures.tracks, figures.malformed) == (True, 1, 2)
    await node.send(good[-1:])
    await node.until_confirmed(good)
    assert (await recorder.api.finished(RECORDING)).segments == 1
    assert recorder.process.recorder.figures() == []
    await node.close()


@given(st.lists(st.binary(max_size=40), max_size=8), st.integers(1, 20))
def test_frames_are_cut_the_same_however_the_stream_is_chopped(bodies: list[bytes], step: int) -> None:
    frames = [pack_frame(FrameKind.RTP, 1, number, 5, body) for number, body in enumerate(bodies, 1)]
    stream = b"".join(frames)
    cutter = FrameCutter()
    found = [raw for start in range(0, len(stream), step) for _, raw in cutter.feed(stream[start : start + step])]
    assert found == frames


@given(st.binary(max_size=200))
def test_any_bytes_are_frames_or_malformed(content: bytes) -> None:
    try:
        frames = FrameCutter().feed(content)
    except MalformedPacket:
        return
    assert b"".join(raw for _, raw in frames) == content[: sum(len(raw) for _, raw in frames)]


async def test_what_was_stored_long_ago_is_forgotten_while_it_runs(recorder: RecorderUnderTest) -> None:
    """Only that: what is armed may still begin, what was stored lately is still asked for."""
    frames = script([ScriptedTrack(1, "mic", "ann", Source.MICROPHONE, Codec.OPUS, opus(1))], 0.0, 1.0)
    old, lately, armed = RecordingId("old"), RecordingId("lately"), RecordingId("armed")
    for recording in (old, lately):
        await recorder.arm(recording)
        node = await TapNode.connect(recorder.tap_address, recording)
        await node.send(frames)
        await recorder.api.finished(recording)
        await node.close()
    await recorder.arm(armed)
    for recording in (old, armed):
        os.utime(recorder.folder / "spool" / recording / "recording.json", (0, 0))
    await recorder.process.recorder.tidy()
    with pytest.raises(NotFound):
        await recorder.api.status(old)
    assert [(await recorder.api.status(one)).state for one in (lately, armed)] == ["finished", "armed"]
    assert not (recorder.folder / "spool" / old).exists()
