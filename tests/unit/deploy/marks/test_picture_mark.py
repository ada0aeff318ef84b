"""Marks survive coding at low rates, and damage is never read as another mark."""

import fractions
from typing import Literal

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.marks import Luma, Mark, Painter, pack_mark, read_mark, unpack_mark
from tests.support.frames import frame_of, luma_of

_NOW_MS = 1_795_000_000_000

marks = st.builds(Mark, st.integers(0, 255), st.integers(0, 65_535), st.integers(0, 2**48 - 1))


@given(marks)
def test_bits_read_back(mark: Mark) -> None:
    assert unpack_mark(pack_mark(mark)) == mark


@given(marks, st.sets(st.integers(0, 99), min_size=1, max_size=3))
def test_damaged_bits_are_no_mark(mark: Mark, flipped: set[int]) -> None:
    bits = tuple(bit ^ (place in flipped) for place, bit in enumerate(pack_mark(mark)))
    assert unpack_mark(bits) is None


@pytest.mark.parametrize(("width", "height"), [(320, 180), (640, 360), (1280, 720), (160, 90), (426, 240)])
def test_painted_is_read(width: int, height: int) -> None:
    picture = Painter(7, "Con Cuông", width, height).paint(9, _NOW_MS)
    assert (len(picture.y), len(picture.u), len(picture.v)) == (width * height, *[width * height // 4] * 2)
    assert read_mark(Luma(width, height, width, picture.y)) == Mark(7, 9, _NOW_MS)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_plain_pictures_carry_none(level: int) -> None:
    assert read_mark(Luma(320, 180, 320, bytes([level]) * 320 * 180)) is None


@pytest.mark.parametrize(
    ("codec", "options"),
    [
        ("libvpx", {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}),
        ("libx264", {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"}),
    ],
)
def test_survives_150_kbit(codec: str, options: dict[str, str]) -> None:
    sent, read = _through(codec, options, frames=75, size=(320, 180))
    assert len(read) >= 0.9 * len(sent)
    assert set(read) <= set(sent)


def _context(codec: str, mode: Literal["r", "w"]) -> av.VideoCodecContext:
    context = av.CodecContext.create(codec, mode)
    assert isinstance(context, av.VideoCodecContext)
    return context


def _through(codec: str, options: dict[str, str], frames: int, size: tuple[int, int]) -> tuple[list[Mark], list[Mark]]:
    encoder = _context(codec, "w")
    encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
    encoder.bit_rate, encoder.framerate, encoder.time_base = 150_000, fractions.Fraction(25), fractions.Fraction(1, 25)
    encoder.options = {**options, "maxrate": "150000", "bufsize": "75000"}
    decoder = _context("vp8" if codec == "libvpx" else "h264", "r")
    painter = Painter(3, "Vinh", *size)
    sent, read = [], []
    for number in range(frames):
        sent.append(Mark(3, number, _NOW_MS + 40 * number))
        frame = frame_of(painter.paint(number, _NOW_MS + 40 * number))
        frame.pts = number
        for packet in encoder.encode(frame):
            for decoded in decoder.decode(packet):
                mark = read_mark(luma_of(decoded))
                read += [mark] if mark is not None else []
    return sent, read
