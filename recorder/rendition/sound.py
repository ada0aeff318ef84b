"""One microphone's sound, placed by its timestamps; where nothing was recorded there is silence."""

from array import array
from collections.abc import Iterator

import av
from av.audio.frame import AudioFrame

from bridge.ids import NS_PER_S
from recorder.rendition.mixing import RATE

_TOLERANCE = RATE // 100
"""How far samples may be from their timestamps before they are moved: a sender's fast clock sends more than 48000 a
second, and its timestamps are milliseconds."""


class SoundTrack:
    """Asked with spans that follow one another."""

    def __init__(self, frames: Iterator[tuple[int, AudioFrame]], first: int) -> None:
        """``first``: the sample, counted from the recording's beginning, that will be asked for first."""
        self._frames = frames
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        self._waiting: tuple[int, array[int]] | None = None
        self._first = first
        self._samples: array[int] = array("h")

    def take(self, count: int) -> "array[int]":
        """The next ``count`` samples. Raises Unavailable."""
        until = self._first + count
        while self._end < until and (found := self._waiting or self._decoded()) is not None:
            self._waiting = None
            if found[0] >= until:
                self._waiting = found
                break
            self._place(*found)
        self._silence(until)
        taken = self._samples[:count]
        del self._samples[:count]
        self._first = until
        return taken

    @property
    def _end(self) -> int:
        return self._first + len(self._samples)

    def _decoded(self) -> "tuple[int, array[int]] | None":
        for at_ns, frame in self._frames:
            samples: array[int] = array("h")
            frame.pts = None  # placed by ourselves: the resampler would fill holes in its own way
            for converted in self._resampler.resample(frame):
                samples.frombytes(bytes(converted.planes[0])[: converted.samples * 2])
            return at_ns * RATE // NS_PER_S, samples
        return None

    def _place(self, at: int, samples: "array[int]") -> None:
        missing = at - self._end
        if missing > _TOLERANCE:
            self._silence(at)
        elif missing < -_TOLERANCE:
            del samples[:-missing]
        self._samples.extend(samples)

    def _silence(self, until: int) -> None:
        if until > self._end:
            self._samples.frombytes(bytes(2 * (until - self._end)))
