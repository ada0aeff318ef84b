"""Writes segments with PyAV, without transcoding: WebM, but Matroska for H.264. Everything here blocks.

``cluster_time_limit`` and ``flush_packets`` keep a file whose writer was killed readable up to the last second;
``bitexact`` leaves out the muxer's random ids. ``opaque`` streams take packets as they are, without an encoder.
"""

import hashlib
import os
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
from av.stream import Stream

from bridge.media import Codec
from recorder.segmenter import FrameWritten, SegmentBegun
from recorder.templates import Template, av1_template, opus_template

MS = Fraction(1, 1000)
"""Matroska's own grain of time."""

CONTAINERS = {codec: "matroska" if codec is Codec.H264 else "webm" for codec in Codec}
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
            return self._add_like(opus_template())
        if begun.codec is Codec.AV1:
            return self._add_like(av1_template(begun.shape))
        return self._container.add_mux_stream(begun.codec.value, width=begun.width, height=begun.height)

    def _add_like(self, template: Template) -> Stream:
        return self._container.add_stream_from_template(template.stream, opaque=True)
