"""Segments for browsers: what cannot be read is MalformedInput, whatever it is."""

import io
from pathlib import Path

import av
import pytest
from av.container import InputContainer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.errors import MalformedInput
from bridge.media import Codec
from recorder.muxer import SegmentFile
from recorder.remux import PyAvRemuxer, browser_form
from recorder.segmenter import FrameWritten, SegmentBegun
from tests.support.tap_media import pictures


@pytest.fixture(scope="module")
def matroska(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path: Path = tmp_path_factory.mktemp("remux") / "segment"
    file = SegmentFile(path, SegmentBegun(1, Codec.H264, 160, 96, 0))
    for frame in pictures(Codec.H264, 2):
        unit = b"".join(_annex_b(payload) for payload in frame.payloads)
        file.write(FrameWritten(1, round(frame.at_s * 1e9), unit, frame.key))
    file.finish()
    return path.read_bytes()


def _annex_b(payload: bytes) -> bytes:
    """Of the single units and STAP-A that so small pictures need."""
    if payload[0] & 0x1F != 24:
        return b"\x00\x00\x00\x01" + payload
    units, at = b"", 1
    while at < len(payload):
        size = int.from_bytes(payload[at : at + 2], "big")
        units += b"\x00\x00\x00\x01" + payload[at + 2 : at + 2 + size]
        at += 2 + size
    return units


async def test_h264_becomes_fragmented_mp4_with_its_profile(matroska: bytes) -> None:
    media_type, form = await PyAvRemuxer().browser_form("matroska", matroska)
    assert media_type.startswith('video/mp4; codecs="avc1.42')
    assert form[4:8] == b"ftyp"
    assert b"moof" in form
    with av.open(io.BytesIO(form)) as container:
        assert isinstance(container, InputContainer)
        stream = container.streams.video[0]
        assert [packet.pts for packet in container.demux(stream) if packet.size][:2] == [0, 640]


@pytest.mark.parametrize("container", ["webm", "matroska", "mp4", ""])
def test_what_is_no_segment_is_malformed(container: str) -> None:
    for body in (b"", b"no segment", bytes(1000)):
        with pytest.raises(MalformedInput):
            browser_form(container, body)


def test_a_codec_in_the_wrong_container_is_malformed(matroska: bytes) -> None:
    with pytest.raises(MalformedInput):
        browser_form("webm", matroska)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.floats(0, 1), at=st.floats(0, 0.999), byte=st.integers(0, 255))
def test_a_damaged_segment_is_a_form_or_malformed(matroska: bytes, cut: float, at: float, byte: int) -> None:
    damaged = bytearray(matroska[: round(len(matroska) * cut)])
    if damaged:
        damaged[int(len(damaged) * at)] = byte
    try:
        media_type, form = browser_form("matroska", bytes(damaged))
    except MalformedInput:
        return
    assert media_type.startswith("video/mp4")
    assert form
