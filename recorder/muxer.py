"""Writes segments with PyAV, without transcoding: WebM for VP8 and Opus, Matroska for H.264. Everything here blocks.

``cluster_time_limit`` and ``flush_packets`` keep a file whose writer was killed readable up to the last second;
``bitexact`` leaves out the muxer's random ids. ``opaque`` streams take packets as they are, without an encoder.
"""

import hashlib
import io
import os
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.stream import Stream

from bridge.media import Codec
from recorder.segmenter import FrameWritten, SegmentBegun

MS = Fraction(1, 1000)
"""Matroska's own grain of time."""

CONTAINERS = {Codec.VP8: "webm", Codec.OPUS: "webm", Codec.H264: "matroska"}
SUFFIXES = {"webm": "webm", "matroska": "mkv"}
_OPTIONS = {"cluster_time_limit": "1000", "flush_packets": "1", "fflags": "+bitexact"}
_PRE_SKIP = slice(10, 12)
"""In OpusHead (RFC 7845 section 5.1). Chromium refuses a first segment whose pre-skip is not 0."""


class SegmentFile:
    """One file being written. Raises av.FFmpegError or OSError."""

    def __init__(self, path: Path, begun: SegmentBegun) -> None:
        self.path = path
        self.frames = 0
        self._last_ms = -1
        self._container = av.open(str(path), "w", format=CONTAINERS[begun.codec], container_options=_OPTIONS)
        self._stream = self._add_stream(begun)

    def write(self, frame: FrameWritten) -> None:
        """One frame; times that fall on one millisecond are pushed apart by one."""
        at_ms = max(round(frame.at_ns / 1_000_000), self._last_ms + 1)
        packet = av.Packet(frame.body)
        packet.stream = self._stream
        packet.time_base = MS
        packet.pts = packet.dts = at_ms
        packet.is_keyframe = frame.key
        self._container.mux(packet)
        self._last_ms = at_ms
        self.frames += 1

    def finish(self) -> tuple[int, str]:
        """Close and sync. → (bytes, SHA-256 in hex)."""
        self._container.close()
        with self.path.open("rb") as file:
            os.fsync(file.fileno())
            digest = hashlib.file_digest(file, "sha256")
            return file.tell(), digest.hexdigest()

    def abandon(self) -> None:
        """Close a file nobody wants any more."""
        self._container.close()
        self.path.unlink(missing_ok=True)

    def _add_stream(self, begun: SegmentBegun) -> Stream:
        if begun.codec is Codec.OPUS:
            stream = self._container.add_stream_from_template(_opus_stream(), opaque=True)
            head = bytearray(stream.codec_context.extradata or b"")
            head[_PRE_SKIP] = b"\x00\x00"
            stream.codec_context.extradata = bytes(head)
            return stream
        return self._container.add_mux_stream(begun.codec.value, width=begun.width, height=begun.height)


@cache
def _opus_stream() -> AudioStream:
    """A stream that knows it is Opus: PyAV makes one only from an encoder or from a file, so here is a tiny file."""
    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as ogg:
        stream = ogg.add_stream("libopus", rate=48_000)
        frame = av.AudioFrame(format="s16", layout="stereo", samples=960)
        frame.sample_rate = 48_000
        frame.pts = 0
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        ogg.mux(stream.encode(frame))
        ogg.mux(stream.encode(None))
    file.seek(0)
    opened = av.open(file)
    _KEPT_OPEN.append(opened)
    return opened.streams.audio[0]


_KEPT_OPEN: list[object] = []
"""The template's stream lives as long as its container."""
