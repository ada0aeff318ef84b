"""Payloads into frames, and whatever bytes come in: frames or MalformedPacket."""

from collections.abc import Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import MalformedPacket
from bridge.media import Codec
from recorder.depacketise import depacketiser, starts_key_frame
from recorder.frames import Frame
from recorder.h264 import split_stap_a
from recorder.opus import opus_duration
from recorder.reorder import Arrived
from recorder.rtp import RtpPacket, parse_rtp
from recorder.sps import picture_size
from recorder.vp8 import vp8_descriptor
from tests.support.tap_media import pictures, rtp_packet, sounds


def _arrived(index: int, payload: bytes, timestamp: int = 0, *, marker: bool = False) -> Arrived:
    return Arrived(index + 1, index * 1000, index, RtpPacket(index, timestamp, 1, marker, 96, payload))


def _push_all(codec: Codec, frames: Sequence[list[bytes]]) -> list[Frame]:
    taker = depacketiser(codec)
    found: list[Frame] = []
    index = 0
    for stamp, payloads in enumerate(frames):
        for place, payload in enumerate(payloads):
            arrived = _arrived(index, payload, stamp * 3000, marker=place == len(payloads) - 1)
            found += taker.push(arrived)
            index += 1
    return found


@pytest.mark.parametrize("codec", [Codec.VP8, Codec.VP9, Codec.H264, Codec.AV1])
@pytest.mark.parametrize("size", [(160, 96), (322, 182)])
def test_encoded_pictures_come_out_whole(codec: Codec, size: tuple[int, int]) -> None:
    encoded = pictures(codec, 3, 1.0, size)
    frames = _push_all(codec, [frame.payloads for frame in encoded])
    assert len(frames) == len(encoded)
    assert [frame.key for frame in frames] == [frame.key for frame in encoded]
    assert {(frame.width, frame.height) for frame in frames if frame.key} == {size}
    assert frames[1].first == len(encoded[0].payloads)
    assert frames[0].packets == len(encoded[0].payloads)


def test_opus_packets_are_frames_of_20_ms() -> None:
    frames = _push_all(Codec.OPUS, [frame.payloads for frame in sounds(2)])
    assert {frame.duration for frame in frames} == {960}
    assert not any(frame.silent for frame in frames)


def test_a_frame_without_its_marker_ends_at_the_next_timestamp() -> None:
    encoded = pictures(Codec.VP8, 1)
    taker = depacketiser(Codec.VP8)
    found: list[Frame] = []
    for stamp in range(3):
        found += taker.push(_arrived(stamp, encoded[stamp].payloads[0], stamp * 3000))
    assert len(found) == 2


def test_what_was_half_put_together_is_forgotten_after_a_hole() -> None:
    taker = depacketiser(Codec.VP8)
    assert not taker.push(_arrived(0, b"\x10" + bytes([1]) * 20))
    assert taker.least_number() == 1
    taker.reset()
    assert taker.least_number() is None
    assert not taker.push(_arrived(2, b"\x00" + bytes(20), marker=True))


def test_an_h264_key_frame_without_parameter_sets_gets_the_last_ones() -> None:
    key = next(frame for frame in pictures(Codec.H264, 1))
    first = _push_all(Codec.H264, [key.payloads])[0]
    taker = depacketiser(Codec.H264)
    assert not taker.push(_arrived(0, b"\x65" + bytes(20), marker=True))
    again = depacketiser(Codec.H264, _parameters(key.payloads))
    frame = again.push(_arrived(0, b"\x65" + bytes(20), marker=True))[0]
    assert frame.key
    assert frame.shape == first.shape
    assert frame.body.startswith(b"\x00\x00\x00\x01\x67")


def _parameters(payloads: list[bytes]) -> list[bytes]:
    taker = depacketiser(Codec.H264)
    for place, payload in enumerate(payloads):
        taker.push(_arrived(place, payload))
    return taker.parameters()


@pytest.mark.parametrize(
    ("toc", "samples"),
    [
        (b"\x78", 960),
        (b"\x80", 120),
        (b"\x08", 960),
        (b"\x18", 2880),
        (b"\x79", 1920),
        (b"\x7b\x03", 2880),
        (b"\x60", 480),
    ],
)
def test_length_of_an_opus_packet(toc: bytes, samples: int) -> None:
    assert opus_duration(toc) == samples


@pytest.mark.parametrize("body", [b"\x7b", b"\x7b\x00", b"\x1b\x3f"])
def test_an_opus_packet_of_no_or_too_great_length_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedPacket):
        opus_duration(body)


@pytest.mark.parametrize("payload", [b"\x80", b"\x90\x80", b"\x90\x80\x80\x01", b"\x10", b"\x90\xf0\x01\x02\x03"])
def test_a_vp8_descriptor_cut_short_is_malformed(payload: bytes) -> None:
    with pytest.raises(MalformedPacket):
        vp8_descriptor(payload)


@pytest.mark.parametrize(
    ("payload", "start"),
    [
        (b"\x10x", 1),
        (b"\x90\x80\x01x", 3),
        (b"\x90\x80\x81\x01x", 4),
        (b"\x90\xe0\x81\x01\x05\x06x", 6),
        (b"\x90\x10\x01x", 3),
    ],
)
def test_a_vp8_descriptor_is_skipped(payload: bytes, start: int) -> None:
    assert vp8_descriptor(payload) == (True, start)


_packets = st.lists(st.tuples(st.binary(max_size=60), st.integers(0, 2), st.booleans()), max_size=12)
_nal_like = st.builds(
    lambda kind, rest: bytes([kind]) + rest,
    st.sampled_from([24, 28, 5, 7, 8, 0x7C, 0x67, 0x65]),
    st.binary(max_size=40),
)


@given(packets=st.one_of(_packets, st.lists(st.tuples(_nal_like, st.integers(0, 2), st.booleans()), max_size=12)))
@pytest.mark.parametrize("codec", list(Codec))
def test_any_bytes_are_frames_or_malformed(codec: Codec, packets: list[tuple[bytes, int, bool]]) -> None:
    taker = depacketiser(codec)
    for index, (payload, stamp, marker) in enumerate(packets):
        try:
            frames = taker.push(_arrived(index, payload, stamp, marker=marker))
        except MalformedPacket:
            taker.reset()
        else:
            assert all(frame.body for frame in frames)


@given(st.binary(max_size=80))
def test_any_bytes_are_a_packet_or_malformed(content: bytes) -> None:
    with suppress(MalformedPacket):
        assert len(parse_rtp(content).payload) <= max(0, len(content) - 12)


@given(st.binary(max_size=80))
def test_any_bytes_are_a_picture_size_or_malformed(content: bytes) -> None:
    with suppress(MalformedPacket):
        width, height = picture_size(content)
        assert width > 0
        assert height > 0


@given(st.binary(min_size=1, max_size=80))
def test_any_bytes_are_units_or_malformed(content: bytes) -> None:
    with suppress(MalformedPacket):
        assert all(split_stap_a(content))


def test_padding_contributing_sources_and_extensions_are_left_out() -> None:
    plain = rtp_packet(96, 5, 7, 9, b"payload", True)
    assert parse_rtp(plain) == RtpPacket(5, 7, 9, True, 96, b"payload")
    extended = bytes([0x80 | 0x10 | 0x20 | 1]) + plain[1:12] + bytes(4) + b"\xbe\xde\x00\x01abcd" + b"payload\x00\x02"
    assert parse_rtp(extended).payload == b"payload"
    only_padding = bytes([0x80 | 0x20]) + plain[1:12] + b"\x00\x00\x03"
    assert parse_rtp(only_padding).payload == b""


@pytest.mark.parametrize("codec", [Codec.VP8, Codec.VP9, Codec.H264, Codec.AV1])
def test_where_a_key_frame_begins_is_seen_from_its_first_packet(codec: Codec) -> None:
    for frame in pictures(codec, 3, 1.0):
        assert starts_key_frame(codec, frame.payloads[0]) == frame.key
    assert not starts_key_frame(codec, b"")
