"""Reads marks, tones and beeps out of recorded files, and says how far picture and sound are apart.

Times are seconds of the file's own clock plus ``start``: give a segment's start on the recording's clock, and what
comes out is on that clock too.
"""

import io
import statistics
from array import array
from collections.abc import Sequence
from typing import NamedTuple

import av

from deploy.marks import SAMPLE_RATE, Mark, find_beeps, find_tones, read_mark
from tests.support.frames import luma_of

_TOLERANCE = SAMPLE_RATE // 100
"""How far samples may be from their timestamps: a sender whose clock is fast sends more than 48000 a second."""


class SeenAt(NamedTuple):
    """A mark, and when its picture is shown."""

    at: float
    mark: Mark


class Sound(NamedTuple):
    """48 kHz mono; ``start``: when its first sample is played. Holes are filled with silence,
    overlaps are cut."""

    start: float
    samples: "array[int]"

    def tones(self, at: float, codes: Sequence[int], seconds: float = 0.2) -> dict[int, float]:
        """Whose tones are heard from ``at`` on."""
        first = round((at - self.start) * SAMPLE_RATE)
        return find_tones(self.samples[first : first + round(seconds * SAMPLE_RATE)], SAMPLE_RATE, codes)

    def holds(self, at: float) -> bool:
        """Whether there is sound of at least a second behind this moment."""
        return self.start <= at and at + 1 < self.start + len(self.samples) / SAMPLE_RATE

    def beeps(self) -> list[float]:
        """When beeps begin."""
        return [self.start + at for at in find_beeps(self.samples, SAMPLE_RATE)]


def read_pictures(body: bytes, start: float = 0.0) -> tuple[int, list[SeenAt]]:
    """How many pictures there are, and those whose mark can be read."""
    seen = []
    frames = 0
    with av.open(io.BytesIO(body), "r") as container:
        for frame in container.decode(video=0):
            frames += 1
            mark = read_mark(luma_of(frame))
            if mark is not None and frame.time is not None:
                seen.append(SeenAt(start + frame.time, mark))
    return frames, seen


def read_sound(body: bytes, start: float = 0.0) -> Sound:
    """All sound of a file, placed by its timestamps."""
    samples: array[int] = array("h")
    first: float | None = None
    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    with av.open(io.BytesIO(body), "r") as container:
        for frame in container.decode(audio=0):
            if frame.time is None:
                continue
            first = frame.time if first is None else first
            missing = round((frame.time - first) * SAMPLE_RATE) - len(samples)
            if missing > _TOLERANCE:
                samples.extend([0] * missing)
            elif missing < -_TOLERANCE:
                del samples[missing:]
            for converted in resampler.resample(frame):
                samples.frombytes(bytes(converted.planes[0])[: converted.samples * 2])
    return Sound(start + (first or 0.0), samples)


def sound_after_picture(pictures: Sequence[SeenAt], sound: Sound) -> list[float]:
    """Per beep: seconds by which the sound comes after the picture of the same moment (negative: before).

    Both were made by one wall clock, whichever it was: at a beep it showed a full second.
    """
    found = []
    for beep in sound.beeps():
        nearest = min(pictures, key=lambda seen: abs(seen.at - beep))
        if abs(nearest.at - beep) < 1:
            wall = nearest.mark.utc_ms / 1000 + beep - nearest.at
            found.append(wall - round(wall))
    return found


def apart(pictures: Sequence[SeenAt], sound: Sound) -> float:
    """The median of :func:`sound_after_picture`, seconds."""
    return statistics.median(sound_after_picture(pictures, sound))
