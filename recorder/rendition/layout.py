"""Where each tile stands on the canvas: all alike in a grid, or a shared screen large and the cameras beside it. Pure.

Under each picture there is a strip of its own for the name, above all one for title and clock: nothing is ever drawn
over a picture. All edges are even, as 4:2:0 needs.
"""

from collections.abc import Sequence

import msgspec

from bridge.media import Source
from recorder.rendition.plan import Tile

WIDTH, HEIGHT = 1280, 720
BAR = 32
"""Title and clock, above everything."""
PLATE = 26
"""Name under each picture."""
_GUTTER = 4
_ASPECT = 16 / 9
_SCREEN_SHARE = 0.74
"""Of the width, for a shared screen: text on it stays readable, four cameras beside it recognisable."""


class Box(msgspec.Struct, frozen=True):
    """Pixels of the canvas."""

    left: int
    top: int
    width: int
    height: int


class Place(msgspec.Struct, frozen=True):
    """Where a tile's picture and its name are."""

    picture: Box
    plate: Box


_FIELD = Box(0, BAR, WIDTH, HEIGHT - BAR)


def places(tiles: Sequence[Tile]) -> list[Place]:
    """One for each tile, in their order (cameras first, as the plan gives them)."""
    screens = sum(tile.source is Source.SCREEN for tile in tiles)
    cameras = len(tiles) - screens
    if not screens or not cameras:
        return grid(len(tiles), _FIELD)
    split = _even(WIDTH * _SCREEN_SHARE)
    beside = Box(split, BAR, WIDTH - split, HEIGHT - BAR)
    return [*grid(cameras, beside), *grid(screens, Box(0, BAR, split, HEIGHT - BAR))]


def grid(count: int, field: Box) -> list[Place]:
    """``count`` places of one size, as large as they can be, row by row."""
    if not count:
        return []
    columns = max(range(1, count + 1), key=lambda columns: (_picture_width(count, columns, field), -columns))
    rows = -(-count // columns)
    width, height = field.width // columns, field.height // rows
    return [
        _place(field.left + index % columns * width, field.top + index // columns * height, width, height)
        for index in range(count)
    ]


def _picture_width(count: int, columns: int, field: Box) -> float:
    rows = -(-count // columns)
    return min(field.width / columns - _GUTTER, (field.height / rows - _GUTTER - PLATE) * _ASPECT)


def _place(left: int, top: int, width: int, height: int) -> Place:
    left, top = _even(left + _GUTTER / 2), _even(top + _GUTTER / 2)
    inner, tall = _even(width - _GUTTER), _even(height - _GUTTER - PLATE)
    return Place(Box(left, top, inner, tall), Box(left, top + tall, inner, PLATE))


def fitted(width: int, height: int, box: Box) -> Box:
    """The largest box of this shape inside ``box``, in its middle; a picture is never stretched or cut."""
    scale = min(box.width / width, box.height / height)
    inner, tall = max(2, _even(width * scale)), max(2, _even(height * scale))
    left, top = _even((box.width - inner) / 2), _even((box.height - tall) / 2)
    return Box(box.left + left, box.top + top, inner, tall)


def _even(value: float) -> int:
    return int(value) // 2 * 2
