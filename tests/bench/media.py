"""What publishers send: 720p VP8 at 1.5 Mb/s and Opus, encoded once and kept, cut into RTP payloads."""

import fractions
import hashlib
from pathlib import Path

import av
import msgspec
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.video.codeccontext import VideoCodecContext

WIDTH, HEIGHT, PER_SECOND = 1280, 720, 30
SECONDS = 8
BITS_PER_SECOND = 1_500_000
KEY_FRAME_EVERY = 60
LARGEST_PAYLOAD = 1_150
VIDEO_CLOCK, AUDIO_CLOCK = 90_000, 48_000
AUDIO_SAMPLES = 960
"""20 ms of Opus."""
_FIRST, _FOLLOWING = b"\x10", b"\x00"
"""VP8 payload descriptor (RFC 7741 §4.2): start of a partition or not, no extensions."""
_VERSION = "3"


class VideoPayload(msgspec.Struct, frozen=True, array_like=True):
    """One packet's payload; ``timestamp`` from the start of the clip."""

    timestamp: int
    marker: bool
    payload: bytes


class Clip(msgspec.Struct, frozen=True, array_like=True):
    """``SECONDS`` of picture and sound, to be sent round and round."""

    video: list[VideoPayload]
    audio: list[bytes]


def clip(folder: Path) -> Path:
    """Where the clip lies; encoded now when it does not (some seconds)."""
    settings = repr((_VERSION, WIDTH, HEIGHT, PER_SECOND, SECONDS, BITS_PER_SECOND, KEY_FRAME_EVERY, LARGEST_PAYLOAD))
    path = folder / f"clip-{hashlib.sha256(settings.encode()).hexdigest()[:12]}.msgpack"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = Clip(_video(), _audio())
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(msgspec.msgpack.encode(made))
        unfinished.replace(path)
    return path


def read_clip(path: Path) -> Clip:
    """As :func:`clip` wrote it."""
    return msgspec.msgpack.decode(path.read_bytes(), type=Clip)


def payloads_of(frame: bytes, largest: int = LARGEST_PAYLOAD) -> list[bytes]:
    """A VP8 frame as RTP payloads of nearly equal length."""
    count = -(-len(frame) // (largest - 1))
    size = -(-len(frame) // count)
    parts = [frame[at : at + size] for at in range(0, len(frame), size)]
    return [(_FOLLOWING if index else _FIRST) + part for index, part in enumerate(parts)]


def _video() -> list[VideoPayload]:
    encoder = _vp8()
    payloads = []
    frames = iter(_pictures())
    packets = [packet for frame in frames for packet in encoder.encode(frame)] + list(encoder.encode(None))
    for index, packet in enumerate(packets):
        parts = payloads_of(bytes(packet))
        timestamp = index * VIDEO_CLOCK // PER_SECOND
        payloads += [VideoPayload(timestamp, at == len(parts) - 1, part) for at, part in enumerate(parts)]
    return payloads


def _vp8() -> VideoCodecContext:
    encoder = av.CodecContext.create("libvpx", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.framerate = fractions.Fraction(PER_SECOND)
    encoder.time_base = fractions.Fraction(1, PER_SECOND)
    encoder.bit_rate, encoder.gop_size = BITS_PER_SECOND, KEY_FRAME_EVERY
    encoder.options = {
        "deadline": "realtime",
        "cpu-used": "8",
        "lag-in-frames": "0",
        "minrate": str(BITS_PER_SECOND),
        "maxrate": str(BITS_PER_SECOND),
        "bufsize": str(BITS_PER_SECOND // 2),
        # A key frame of 3 ordinary ones at most: packets are sent evenly spaced and must not fall far behind.
        "max-intra-rate": "300",
    }
    return encoder


def _pictures() -> list[av.VideoFrame]:
    """A gradient that moves, with noise that costs bits."""
    noise = np.random.default_rng(1).integers(0, 40, (HEIGHT, WIDTH), dtype=np.uint8)
    across = np.linspace(0, 180, WIDTH, dtype=np.float32)[None, :].repeat(HEIGHT, axis=0).astype(np.uint8)
    frames = []
    for index in range(SECONDS * PER_SECOND):
        planes = np.full((HEIGHT * 3 // 2, WIDTH), 128, dtype=np.uint8)
        planes[:HEIGHT] = np.roll(across, index * 8, axis=1) + np.roll(noise, (index * 3, index * 5), axis=(0, 1))
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.pts, frame.time_base = index, fractions.Fraction(1, PER_SECOND)
        frames.append(frame)
    return frames


def _audio() -> list[bytes]:
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = AUDIO_CLOCK, "mono", "s16"
    encoder.bit_rate = 32_000
    encoder.options = {"vbr": "off", "application": "voip"}
    payloads = []
    for index in range(SECONDS * AUDIO_CLOCK // AUDIO_SAMPLES):
        at = np.arange(index * AUDIO_SAMPLES, (index + 1) * AUDIO_SAMPLES) / AUDIO_CLOCK
        samples = (np.sin(2 * np.pi * 440 * at) * 12_000).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate, frame.pts = AUDIO_CLOCK, index * AUDIO_SAMPLES
        payloads += [bytes(packet) for packet in encoder.encode(frame)]
    return payloads
