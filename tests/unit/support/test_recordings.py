"""The reader of recorded marks, on a file of known delay."""

import io
from fractions import Fraction

import av
import pytest

from deploy.marks import SAMPLE_RATE, Painter, PointSound
from tests.support.frames import frame_of
from tests.support.recordings import apart, read_pictures, read_sound

_WALL = 1_795_000_000.3
_SECONDS = 4


def _recorded(sound_late: float) -> bytes:
    """VP8 and Opus in WebM; the sound's timestamps are moved."""
    file = io.BytesIO()
    with av.open(file, "w", format="webm") as container:
        video = container.add_stream("libvpx", rate=25)
        assert isinstance(video, av.VideoStream)
        video.width, video.height, video.pix_fmt, video.bit_rate = 320, 180, "yuv420p", 300_000
        video.options = {"deadline": "realtime", "cpu-used": "8"}
        audio = container.add_stream("libopus", rate=SAMPLE_RATE)
        assert isinstance(audio, av.AudioStream)
        audio.layout, audio.bit_rate = "mono", 32_000
        painter, sound = Painter(6, "Vinh"), PointSound(6)
        for number in range(_SECONDS * 25):
            frame = frame_of(painter.paint(number, int((_WALL + number / 25) * 1000)))
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(video.encode(frame))
        for number in range(_SECONDS * 50):
            piece = av.AudioFrame(format="s16", layout="mono", samples=960)
            piece.planes[0].update(sound.samples(_WALL + number / 50, 960))
            piece.sample_rate, piece.time_base = SAMPLE_RATE, Fraction(1, SAMPLE_RATE)
            piece.pts = number * 960 + round(sound_late * SAMPLE_RATE)
            container.mux(audio.encode(piece))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return file.getvalue()


@pytest.mark.parametrize("late", [0.0, 0.12])
def test_delay_is_measured(late: float) -> None:
    body = _recorded(late)
    frames, pictures = read_pictures(body, start=10)
    assert frames >= _SECONDS * 25 - 2
    assert {seen.mark.code for seen in pictures} == {6}
    sound = read_sound(body, start=10)
    assert abs(apart(pictures, sound) - late) < 0.015
    assert list(sound.tones(11.5, range(12))) == [6]


def test_sound_that_begins_late() -> None:
    sound = read_sound(_recorded(0.5))
    assert sound.start == pytest.approx(0.5, abs=0.02)
