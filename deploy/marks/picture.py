"""Paints the marked picture: who (colour, number, name), a running clock for people, the code for machines."""

import colorsys

import msgspec

from deploy.marks.code import COLUMNS, ROW_HEIGHT, ROWS, TOP, Mark, pack_mark
from deploy.marks.glyphs import HEIGHT as GLYPH_HEIGHT
from deploy.marks.glyphs import WIDTH as GLYPH_WIDTH
from deploy.marks.glyphs import draw_text

BLACK = 32
WHITE = 220
"""Luma of the blocks: within the limited range 16 … 235, so that no conversion clips them."""

_INK = 235
_NEUTRAL = 128
_HUES = 12
"""Neighbouring codes take hues far apart (5 and 12 have no common divisor)."""

_MS_PER_DAY = 86_400_000


class Picture(msgspec.Struct, frozen=True):
    """Planar YUV 4:2:0, BT.601 limited range; no padding between rows."""

    width: int
    height: int
    y: bytes
    u: bytes
    v: bytes


class Painter:
    """Paints one participant's pictures. ``width`` and ``height`` even, at least 160 × 90."""

    def __init__(self, code: int, name: str, width: int = 320, height: int = 180, east_hours: int = 7) -> None:
        """``east_hours``: hours that the clock for people shows ahead of UTC."""
        self._code = code
        self._name = name
        self._width = width
        self._height = height
        self._shift_ms = east_hours * 3_600_000
        self._edges = [width * column // COLUMNS for column in range(COLUMNS + 1)]
        self._luma, self._u, self._v = _colours(code, width, height)
        self._upper_second = -1
        self._upper = b""

    def paint(self, frame: int, utc_ms: int) -> Picture:
        """The picture with number ``frame`` at this moment of the publisher's wall clock."""
        rows = [self._upper_part(utc_ms), self._running_block(utc_ms)]
        bits = pack_mark(Mark(self._code, frame, utc_ms))
        for row in range(ROWS):
            line = self._blocks(bits[row * COLUMNS : (row + 1) * COLUMNS])
            rows.append(line * (self._top(row + 1) - self._top(row)))
        rows.append(bytes([BLACK]) * self._width * (self._height - self._top(ROWS)))
        return Picture(self._width, self._height, b"".join(rows), self._u, self._v)

    def _top(self, row: int) -> int:
        return round(self._height * (TOP + row * ROW_HEIGHT))

    def _blocks(self, bits: tuple[int, ...]) -> bytes:
        return b"".join(
            bytes([WHITE if bit else BLACK]) * (self._edges[column + 1] - self._edges[column])
            for column, bit in enumerate(bits)
        )

    def _running_block(self, utc_ms: int) -> bytes:
        """A block that crosses the picture once a second, for the eye."""
        now = utc_ms % 1000 * COLUMNS // 1000
        return self._blocks(tuple(int(column == now) for column in range(COLUMNS))) * (self._top(0) - self._top(-1))

    def _upper_part(self, utc_ms: int) -> bytes:
        """Number, name and clock; painted once a second."""
        if utc_ms // 1000 != self._upper_second:
            self._upper_second = utc_ms // 1000
            self._upper = self._paint_upper((utc_ms + self._shift_ms) % _MS_PER_DAY // 1000)
        return self._upper

    def _paint_upper(self, second: int) -> bytes:
        canvas = [bytearray([self._luma]) * self._width for _ in range(self._top(-1))]
        clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        unit = max(1, self._width // 160)
        self._write(canvas, f"{self._code}", 4 * unit, 4 * unit, 3 * unit)
        self._write(canvas, clock, self._width - (8 * 6 * 2 + 4) * unit, 4 * unit, 2 * unit)
        longest = self._width // ((GLYPH_WIDTH + 1) * unit) - 2
        self._write(canvas, self._name[:longest], 4 * unit, len(canvas) - (GLYPH_HEIGHT + 2) * unit, unit)
        return b"".join(canvas)

    def _write(self, canvas: list[bytearray], text: str, left: int, top: int, scale: int) -> None:
        for line, pixels in enumerate(draw_text(text, scale), start=top):
            for column, ink in enumerate(pixels, start=left):
                if ink and column < self._width and line < len(canvas):
                    canvas[line][column] = _INK


def _colours(code: int, width: int, height: int) -> tuple[int, bytes, bytes]:
    """Luma of the upper part, and both chroma planes: coloured above, grey where the code is."""
    red, green, blue = colorsys.hsv_to_rgb(code * 5 % _HUES / _HUES, 0.75, 0.55)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    u = round(_NEUTRAL + 224 * 0.564 * (blue - luma))
    v = round(_NEUTRAL + 224 * 0.713 * (red - luma))
    columns, coloured = width // 2, round(height * (TOP - ROW_HEIGHT)) // 2
    grey = bytes([_NEUTRAL]) * columns * (height // 2 - coloured)
    return round(16 + 219 * luma), bytes([u]) * columns * coloured + grey, bytes([v]) * columns * coloured + grey
