"""Media for scripted taps: pictures that flash and tones that beep on every whole second, encoded, then cut into RTP.

Times are true seconds of the scene. A :class:`SenderClock` says what a publisher's own clock makes of them.
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import NamedTuple

import av
import numpy as np
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.opus import OpusEncoder
from aiortc.codecs.vpx import Vp8Encoder
from av.packet import Packet
from av.video.stream import VideoStream

from bridge.media import Codec
from tests.support.payloads import av1_payloads, vp9_payloads

FLASH_S = 0.1
FPS = 25
BEEP_HZ = 1000
PAYLOAD_TYPES = {Codec.VP8: 96, Codec.VP9: 98, Codec.AV1: 100, Codec.H264: 102, Codec.OPUS: 111}
CLOCK_RATES = {codec: 48_000 if codec is Codec.OPUS else 90_000 for codec in Codec}


class Encoded(NamedTuple):
    """One frame's RTP payloads and its true time in seconds from the scene's begin."""

    at_s: float
    payloads: list[bytes]
    key: bool


@cache
def pictures(codec: Codec, seconds: int, key_every_s: float = 10.0, size: tuple[int, int] = (160, 96)) -> list[Encoded]:
    """White for the first 0.1 s of every second, dark otherwise."""
    encoder = video_encoder(codec, size)
    encoded: list[Encoded] = []
    every = round(key_every_s * FPS)
    for index in range(seconds * FPS):
        frame = _picture(index, size)
        frame.pict_type = av.video.frame.PictureType.I if index % every == 0 else av.video.frame.PictureType.NONE
        for packet in encoder.encode(frame):
            encoded.append(Encoded(len(encoded) / FPS, payloads_of(codec, packet, len(encoded)), packet.is_keyframe))
    for packet in encoder.encode(None):
        encoded.append(Encoded(len(encoded) / FPS, payloads_of(codec, packet, len(encoded)), packet.is_keyframe))
    return encoded


def payloads_of(codec: Codec, packet: "Packet[VideoStream]", index: int) -> list[bytes]:
    """One encoded picture, the ``index``-th, as RTP payloads."""
    match codec:
        case Codec.VP9:
            return vp9_payloads(bytes(packet), packet.is_keyframe, index)
        case Codec.AV1:
            return av1_payloads(bytes(packet), packet.is_keyframe)
        case _:
            packer = Vp8Encoder() if codec is Codec.VP8 else H264Encoder()
            payloads: list[bytes] = packer.pack(packet)[0]
            return payloads


def _picture(index: int, size: tuple[int, int]) -> av.VideoFrame:
    lit = index % FPS < FLASH_S * FPS
    width, height = size
    picture = np.full((height * 3 // 2, width), 128, dtype=np.uint8)
    picture[:height] = 235 if lit else 16
    picture[:height, (index * 4) % (width - 8) : (index * 4) % (width - 8) + 8] = 120
    frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
    frame.pts = index
    frame.time_base = Fraction(1, FPS)
    return frame


def video_encoder(codec: Codec, size: tuple[int, int]) -> av.VideoCodecContext:
    """As a live sender sets it up."""
    encoder = av.CodecContext.create(_ENCODERS[codec], "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height = size
    encoder.pix_fmt = "yuv420p"
    encoder.time_base = Fraction(1, FPS)
    encoder.framerate = Fraction(FPS)
    encoder.gop_size = 100_000
    if codec is not Codec.AV1:  # SVT-AV1 takes a bit rate only with look-ahead
        encoder.bit_rate = 200_000
    encoder.options = _LIVE[codec]
    return encoder


_ENCODERS = {Codec.VP8: "libvpx", Codec.VP9: "libvpx-vp9", Codec.H264: "libx264", Codec.AV1: "libsvtav1"}
_LIVE = {
    Codec.VP8: {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"},
    Codec.VP9: {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"},
    Codec.H264: {"preset": "ultrafast", "tune": "zerolatency", "forced-idr": "1", "profile": "baseline"},
    Codec.AV1: {"preset": "12", "svtav1-params": "pred-struct=1:lookahead=0:enable-force-key-frames=1"},
}
"""As live senders encode: each picture at once, none that leans on a later one."""


@cache
def sounds(seconds: int) -> list[Encoded]:
    """A tone for the first 0.1 s of every second, quiet noise otherwise (so that nothing is DTX)."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate = 48_000
    encoder.format = av.AudioFormat("s16")
    encoder.layout = "stereo"
    encoder.time_base = Fraction(1, 48_000)
    encoder.options = {"application": "lowdelay"}
    packer = OpusEncoder()
    encoded: list[Encoded] = []
    for index, samples in enumerate(_samples(seconds)):
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="stereo")
        frame.sample_rate = 48_000
        frame.pts = index * 960
        frame.time_base = Fraction(1, 48_000)
        for packet in encoder.encode(frame):
            payloads, _ = packer.pack(packet)
            encoded.append(Encoded((len(encoded)) * 0.02, payloads, True))
    return encoded


def _samples(seconds: int) -> Iterator[np.ndarray]:
    noise = np.random.default_rng(7)
    for index in range(seconds * 50):
        start = index % 50 * 960
        times = (start + np.arange(960)) / 48_000
        loud = 12_000 if index % 50 < FLASH_S * 50 else 0
        one = loud * np.sin(2 * np.pi * BEEP_HZ * times) + noise.normal(0, 60, 960)
        yield np.repeat(one.astype(np.int16), 2).reshape(1, -1)


class SenderClock(NamedTuple):
    """A publisher's own clock: ``ahead_s`` wrong at true time 0, and ``drift`` seconds a second fast."""

    ahead_s: float = 0.0
    drift: float = 0.0

    def reads(self, true_s: float) -> float:
        return true_s * (1 + self.drift) + self.ahead_s


def rtp_packet(payload_type: int, sequence: int, timestamp: int, ssrc: int, payload: bytes, marker: bool) -> bytes:
    """RFC 3550 section 5.1, without extensions."""
    second = payload_type | (0x80 if marker else 0)
    fixed = bytes([0x80, second]) + (sequence & 0xFFFF).to_bytes(2, "big")
    return fixed + (timestamp & 0xFFFFFFFF).to_bytes(4, "big") + ssrc.to_bytes(4, "big") + payload
