"""Each codec from a live encoder through RTP to a stored segment: the same pictures come out, frame by frame."""

import io
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import pytest
from av.packet import Packet
from av.video.stream import VideoStream

from bridge.errors import MalformedPacket
from bridge.media import Codec
from recorder.av1 import split_elements
from recorder.depacketise import depacketiser, starts_key_frame
from recorder.frames import Frame
from recorder.muxer import SegmentFile
from recorder.obu import pack_leb128, read_sequence, read_unit, unpack_leb128
from recorder.remux import browser_form
from recorder.reorder import Arrived
from recorder.rtp import RtpPacket
from recorder.segmenter import FrameWritten, SegmentBegun
from recorder.templates import av1_template
from recorder.vp9 import descriptor_size, vp9_picture_size
from sfu.core import keyframes
from tests.support.tap_media import payloads_of, video_encoder

VIDEO = [Codec.VP8, Codec.VP9, Codec.H264, Codec.AV1]
SIZE = (322, 182)
COUNT = 30
KEYS = (0, 20)


def encoded(codec: Codec) -> "list[Packet[VideoStream]]":
    """Noise that moves: pictures of several packets each, a key frame at 0 and at 20."""
    encoder = video_encoder(codec, SIZE)
    noise = np.random.default_rng(5).integers(0, 255, (SIZE[1] * 3 // 2, SIZE[0]), dtype=np.uint8)
    packets: list[Packet[VideoStream]] = []
    for index in range(COUNT):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(np.roll(noise, index * 3, axis=1)), format="yuv420p")
        frame.pts = index
        frame.time_base = encoder.time_base
        frame.pict_type = av.video.frame.PictureType.I if index in KEYS else av.video.frame.PictureType.NONE
        packets += encoder.encode(frame)
    return [*packets, *encoder.encode(None)]


def depacketised(
    codec: Codec, packets: "Sequence[Packet[VideoStream]]"
) -> tuple[list[Frame], list[tuple[bool, bytes]]]:
    """The frames, and for each payload whether it begins a key frame."""
    taker = depacketiser(codec)
    frames: list[Frame] = []
    sent: list[tuple[bool, bytes]] = []
    for stamp, packet in enumerate(packets):
        payloads = payloads_of(codec, packet, stamp)
        for place, payload in enumerate(payloads):
            number = len(sent)
            last = place == len(payloads) - 1
            sent.append((packet.is_keyframe and place == 0, payload))
            rtp = RtpPacket(number, stamp * 3600, 1, last, 96, payload)
            frames += taker.push(Arrived(number + 1, number, number, rtp))
    return frames, sent


def decoded(codec: Codec, bodies: Sequence[bytes]) -> list[bytes]:
    """The pictures of a row of encoded frames, without a container."""
    decoder = av.CodecContext.create({Codec.AV1: "libdav1d"}.get(codec, codec.value), "r")
    assert isinstance(decoder, av.VideoCodecContext)
    pictures = [picture for body in bodies for picture in decoder.decode(av.Packet(body))]
    pictures += decoder.decode(None)
    return [picture.to_ndarray(format="yuv420p").tobytes() for picture in pictures]


def stored(codec: Codec, frames: Sequence[Frame], folder: Path) -> bytes:
    key = frames[0]
    file = SegmentFile(folder / "segment", SegmentBegun(1, codec, key.width, key.height, 0, key.shape))
    for index, frame in enumerate(frames):
        file.write(FrameWritten(1, index * 40_000_000, frame.body, frame.key))
    file.finish()
    return (folder / "segment").read_bytes()


@pytest.mark.parametrize("codec", VIDEO)
def test_a_segment_decodes_to_the_pictures_that_were_sent(codec: Codec, tmp_path: Path) -> None:
    packets = encoded(codec)
    frames, sent = depacketised(codec, packets)
    assert len(frames) == COUNT
    assert len(sent) > 3 * COUNT, "pictures of several packets"
    assert [index for index, frame in enumerate(frames) if frame.key] == list(KEYS)
    assert {(frame.width, frame.height) for frame in frames if frame.key} == {SIZE}
    segment = stored(codec, frames, tmp_path)
    with av.open(io.BytesIO(segment), "r") as container:
        assert container.format.name.startswith("matroska")
        shown = [picture.to_ndarray(format="yuv420p").tobytes() for picture in container.decode(video=0)]
    assert shown == decoded(codec, [bytes(packet) for packet in packets])


@pytest.mark.parametrize("codec", VIDEO)
def test_node_and_recorder_see_key_frames_begin_where_they_do(codec: Codec) -> None:
    _, sent = depacketised(codec, encoded(codec))
    for begins in (starts_key_frame, keyframes.starts_key_frame):
        found = [begins(codec, payload) for _, payload in sent]
        assert [one for one, (first, _) in zip(found, sent, strict=True) if first] == [True] * len(KEYS)
        # Each slice of an H264 key frame announces it again.
        assert sum(found) == len(KEYS) or codec is Codec.H264


@pytest.mark.parametrize(
    ("codec", "container", "form"),
    [
        (Codec.VP8, "webm", 'video/webm; codecs="vp8"'),
        (Codec.VP9, "webm", 'video/webm; codecs="vp09.00.41.08"'),
        (Codec.AV1, "webm", 'video/webm; codecs="av01.0.00M.08"'),
        (Codec.H264, "matroska", 'video/mp4; codecs="avc1.42'),
    ],
)
def test_browsers_are_told_what_it_is(codec: Codec, container: str, form: str, tmp_path: Path) -> None:
    frames, _ = depacketised(codec, encoded(codec))
    media_type, body = browser_form(container, stored(codec, frames, tmp_path))
    assert media_type.startswith(form)
    assert (body[:4] == b"\x1a\x45\xdf\xa3") == (container == "webm")


def test_a_picture_that_begins_before_the_first_packet_is_left_out() -> None:
    for codec in (Codec.VP9, Codec.AV1):
        packets = encoded(codec)[:3]
        taker = depacketiser(codec)
        payloads = [(stamp, payload) for stamp in range(3) for payload in payloads_of(codec, packets[stamp], stamp)]
        found: list[Frame] = []
        for number, (stamp, payload) in enumerate(payloads[1:]):
            found += taker.push(Arrived(number + 1, number, number, RtpPacket(number, stamp, 1, False, 96, payload)))
        assert [frame.timestamp for frame in found] == [1], "ended by the next timestamp; the last is not over"


@pytest.mark.parametrize(
    ("payload", "size"),
    [
        (b"\x08x", 1),
        (b"\x88\x05x", 2),
        (b"\x88\x85\x01x", 3),
        (b"\xa8\x05\x00\x00x", 4),
        (b"\xb8\x05\x00x", 3),
        (b"\xd8\x05\x03\x05\x06x", 5),
        (b"\x0a\x18\x01\x40\x00\xb4\x01\x04\x03x", 9),
        (b"\x0a\x28\x01\x08\x01\x02x"[:2] + b"\x00x", 3),
    ],
)
def test_vp9_descriptors(payload: bytes, size: int) -> None:
    assert descriptor_size(payload) == size
    with pytest.raises(MalformedPacket):
        descriptor_size(payload[:size])


@pytest.mark.parametrize("body", [b"\x00", b"\x82", b"\x82\x00\x00\x00\x00\x00"])
def test_what_is_no_vp9_frame(body: bytes) -> None:
    with pytest.raises(MalformedPacket):
        vp9_picture_size(body)


@pytest.mark.parametrize(
    ("payload", "elements"),
    [
        (b"\x10abc", [b"abc"]),
        (b"\x20\x01abc", [b"a", b"bc"]),
        (b"\x30\x01a\x02bcd", [b"a", b"bc", b"d"]),
        (b"\x00\x01a\x02bc", [b"a", b"bc"]),
    ],
)
def test_av1_elements(payload: bytes, elements: list[bytes]) -> None:
    assert split_elements(payload) == elements


@pytest.mark.parametrize(
    "payload", [b"\x10", b"\x20\x01a", b"\x20\x09abc", b"\x00\x04abc", b"\x00\x80", b"\x30\x01a\x01b"]
)
def test_av1_packets_that_do_not_say_what_they_hold(payload: bytes) -> None:
    with pytest.raises(MalformedPacket):
        split_elements(payload)


@pytest.mark.parametrize("value", [0, 1, 127, 128, 16_383, 16_384, 2**32 - 1])
def test_sizes_of_av1(value: int) -> None:
    assert unpack_leb128(pack_leb128(value), 0) == (value, len(pack_leb128(value)))


def test_the_configuration_of_av1_is_what_libavformat_makes_of_it(tmp_path: Path) -> None:
    """Which finds it by decoding the first picture."""
    frames, _ = depacketised(Codec.AV1, encoded(Codec.AV1))
    sequence = frames[0].shape
    assert read_sequence(read_unit(sequence).content)[:2] == SIZE
    with av.open(io.BytesIO(b"\x12\x00" + frames[0].body), "r", format="obu") as raw:
        target = av.open(str(tmp_path / "theirs"), "w", format="webm")
        target.add_stream_from_template(raw.streams.video[0], opaque=True)
        for packet in raw.demux():
            packet.stream = target.streams[0]
            packet.dts = packet.pts = 0
            target.mux(packet)
        target.close()
    with av.open(str(tmp_path / "theirs"), "r", format="matroska") as theirs:
        private = theirs.streams[0].codec_context.extradata
    assert av1_template(sequence).stream.codec_context.extradata == private
