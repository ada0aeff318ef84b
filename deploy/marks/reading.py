"""Reads the mark back from a decoded picture, whatever its size."""

from collections.abc import Sequence

import msgspec

from deploy.marks.code import COLUMNS, ROW_HEIGHT, ROWS, SYNC, TOP, Mark, unpack_mark

_SAMPLES = 4
"""Pixels looked at across and down the middle of a block."""

_MIDDLE = [0.3 + 0.4 * step / (_SAMPLES - 1) for step in range(_SAMPLES)]
_LEAST_CONTRAST = 40
"""Between black and white of the sync blocks; they were painted 188 apart."""


class Luma(msgspec.Struct, frozen=True):
    """The brightness of a picture: ``height`` rows of ``width`` bytes, ``stride`` bytes from row to row."""

    width: int
    height: int
    stride: int
    pixels: bytes


def read_mark(luma: Luma) -> Mark | None:
    """The mark in a picture; None when there is none or it cannot be read."""
    columns = [_places(luma.width / COLUMNS, column) for column in range(COLUMNS)]
    lines = [_places(luma.height * ROW_HEIGHT, row + TOP / ROW_HEIGHT) for row in range(ROWS)]
    blocks = [_mean(luma, across, down) for down in lines for across in columns]
    sync = blocks[: len(SYNC)]
    black = _average([block for block, bit in zip(sync, SYNC, strict=True) if not bit])
    white = _average([block for block, bit in zip(sync, SYNC, strict=True) if bit])
    if white - black < _LEAST_CONTRAST:
        return None
    middle = (black + white) / 2
    return unpack_mark(tuple(int(block > middle) for block in blocks))


def _places(size: float, number: float) -> list[int]:
    return [int((number + part) * size) for part in _MIDDLE]


def _mean(luma: Luma, across: list[int], down: list[int]) -> float:
    return _average([luma.pixels[line * luma.stride + column] for line in down for column in across])


def _average(values: Sequence[float]) -> float:
    return sum(values) / len(values)
