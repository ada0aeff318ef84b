"""Writes segments with PyAV, without transcoding: WebM for VP8 and Opus, Matroska for H.264. Everything here blocks.

``cluster_time_limit`` and ``flush_packets`` keep a file whose writer was killed readable up to the last second;
``bitexact`` leaves out the muxer's random ids. ``opaque`` streams take packets as they are, without an encoder.
"""

import hashlib
import io
import os
import struct
from contextlib import suppress
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


class SegmentFile:
    """One file being written. Raises av.FFmpegError or OSError."""

    def __init__(self, path: Path, begun: SegmentBegun) -> None:
        self.path = path
        self.frames = 0
        self._last_ms = -1
        self._container = av.open(str(path), "w", format=CONTAINERS[begun.codec], container_options=_OPTIONS)
        self._stream = self._add_stream(begun)

    def write(self, frame: FrameWritten) -> None:
        """One frame; times that fall on one millisecond are pushed apart by one.

        After an error nothing more may be written: libavformat then crashes the process (seen with PyAV 18.1 and an
        H.264 stream whose first packet has no usable parameter sets).
        """
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
        with suppress(av.FFmpegError):
            self._container.close()
        self.path.unlink(missing_ok=True)

    def _add_stream(self, begun: SegmentBegun) -> Stream:
        if begun.codec is Codec.OPUS:
            return self._container.add_stream_from_template(_opus_stream(), opaque=True)
        return self._container.add_mux_stream(begun.codec.value, width=begun.width, height=begun.height)


@cache
def _opus_stream() -> AudioStream:
    """A stream that knows it is Opus without pre-skip. PyAV makes one only from an encoder, whose delay the muxer would
    write down for streams that do not have it, or from a file: so here is a tiny one."""
    opened = av.open(io.BytesIO(tiny_opus_webm()), format="matroska")
    _KEPT_OPEN.append(opened)
    return opened.streams.audio[0]


_KEPT_OPEN: list[object] = []
"""The template's stream lives as long as its container."""


def tiny_opus_webm() -> bytes:
    """One packet of stereo silence in a WebM file (RFC 8794, RFC 9559; OpusHead: RFC 7845 section 5.1)."""
    head = b"OpusHead" + struct.pack("<BBHIHB", 1, 2, 0, 48_000, 0, 0)
    audio = _element(0xB5, struct.pack(">d", 48_000.0)) + _element(0x9F, b"\x02")
    names = _element(0xD7, b"\x01") + _element(0x73C5, b"\x01") + _element(0x83, b"\x02") + _element(0x86, b"A_OPUS")
    entry = _element(0xAE, names + _element(0x63A2, head) + _element(0xE1, audio))
    info = _element(0x1549A966, _element(0x2AD7B1, (1_000_000).to_bytes(3, "big")))
    cluster = _element(0x1F43B675, _element(0xE7, b"\x00") + _element(0xA3, b"\x81\x00\x00\x80\xfc\xff\xfe"))
    document = _element(0x4282, b"webm") + _element(0x4287, b"\x02") + _element(0x4285, b"\x02")
    segment = _element(0x18538067, info + _element(0x1654AE6B, entry) + cluster)
    return _element(0x1A45DFA3, document) + segment


def _element(name: int, content: bytes) -> bytes:
    """An EBML element with a length of eight bytes (RFC 8794 section 4)."""
    return name.to_bytes((name.bit_length() + 7) // 8, "big") + (len(content) | 1 << 56).to_bytes(8, "big") + content
