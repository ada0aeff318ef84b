"""Lays the pieces end to end in one MP4 that plays while it loads: pictures as they are, sound encoded once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from recorder.rendition.mixing import RATE
from recorder.rendition.piece import FPS, settle

_SOUND_BPS = 64_000
"""Mono speech in AAC; more is not heard."""


def join(pieces: Sequence[Path], target: Path, done: Callable[[float], None]) -> None:
    """``done``: told often how much is in, 0 … 1; it may sleep. Raises av.FFmpegError, OSError."""
    part = target.with_suffix(".part")
    with suppress(FileNotFoundError):
        part.unlink()
    with av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        with _opened(pieces[0]) as first:
            joiner = _Joiner(container, first)
        for number, piece in enumerate(pieces):
            with _opened(piece) as source:
                for _ in joiner.add(source):
                    done(number / len(pieces))
        joiner.finish()
    settle(part, target)


class _Joiner:
    def __init__(self, container: OutputContainer, first: InputContainer) -> None:
        self._container = container
        self._video: VideoStream = container.add_stream_from_template(first.streams.video[0], opaque=True)
        self._sound: AudioStream = container.add_stream("aac", rate=RATE, layout="mono", bit_rate=_SOUND_BPS)
        self._frames = 0
        self._samples = 0

    def add(self, source: InputContainer) -> Iterator[None]:
        """One piece behind what is there, in small steps."""
        video, sound = source.streams.video[0], source.streams.audio[0]
        for packet in source.demux(video, sound):
            if packet.pts is None:
                continue  # the end of a stream; FLAC holds nothing back
            if packet.stream is video:
                packet.stream = self._video
                packet.time_base = Fraction(1, FPS)
                packet.pts = packet.dts = self._frames
                packet.duration = 1
                self._frames += 1
                self._container.mux(packet)
                continue
            for frame in packet.decode():
                if isinstance(frame, AudioFrame):
                    self._encode(frame)
            yield

    def _encode(self, frame: AudioFrame) -> None:
        frame.pts, frame.time_base = self._samples, Fraction(1, RATE)
        self._samples += frame.samples
        for packet in self._sound.encode(frame):
            self._container.mux(packet)

    def finish(self) -> None:
        for packet in self._sound.encode(None):
            self._container.mux(packet)


def _opened(piece: Path) -> InputContainer:
    return av.open(str(piece), "r", format="matroska")
