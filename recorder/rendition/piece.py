"""One minute of the copy as a file of its own: H.264 and the mixed sound without loss. Whole or not at all.

Sound is compressed for good only when the pieces are joined: a lossy encoder begun anew each minute would be heard.
"""

import os
from array import array
from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from recorder.rendition.layout import HEIGHT, WIDTH
from recorder.rendition.mixing import RATE

FPS = 25
"""Three points in 720p take 20 ms of one core a picture (decoding 7, scaling 2, encoding 10): twice real time."""

_VIDEO = {
    # veryfast: 10 ms a frame against 8 of superfast, at a third of the size; see `make bench ONLY=render`.
    "preset": "veryfast",
    "crf": "25",
    # Without pictures that look ahead the pieces can be laid end to end, and times are what they are.
    "x264-params": "bframes=0:open-gop=0:scenecut=0:keyint=50",
}


class PieceWriter:
    """Raises av.FFmpegError, OSError. ``finish`` puts it in its place; without it nothing is there."""

    def __init__(self, path: Path, threads: int) -> None:
        self._path = path
        self._part = path.with_suffix(".part")
        self._container = av.open(str(self._part), "w", format="matroska", container_options={"fflags": "+bitexact"})
        self._video = self._container.add_stream("libx264", rate=FPS, options=_VIDEO)
        self._video.width, self._video.height, self._video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        self._video.codec_context.thread_count = threads
        self._sound = self._container.add_stream("flac", rate=RATE, layout="mono")
        self._sound.codec_context.format = "s16"
        self._frames = 0
        self._samples = 0

    def picture(self, frame: VideoFrame) -> None:
        """The next of FPS a second."""
        frame.pts, frame.time_base = self._frames, Fraction(1, FPS)
        self._frames += 1
        for packet in self._video.encode(frame):
            self._container.mux(packet)

    def sound(self, samples: "array[int]") -> None:
        """The next samples (16 bit, mono)."""
        frame = AudioFrame(format="s16", layout="mono", samples=len(samples))
        frame.planes[0].update(samples.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate, frame.pts, frame.time_base = RATE, self._samples, Fraction(1, RATE)
        self._samples += len(samples)
        for packet in self._sound.encode(frame):
            self._container.mux(packet)

    def finish(self) -> None:
        """Durable under its name when this returns."""
        for stream in (self._video, self._sound):
            for packet in stream.encode(None):
                self._container.mux(packet)
        self._container.close()
        settle(self._part, self._path)

    def abandon(self) -> None:
        """Closed and removed."""
        self._container.close()
        self._part.unlink(missing_ok=True)


def settle(part: Path, path: Path) -> None:
    """Sync, name, sync the folder: a file of that name is whole, whatever is killed when."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
