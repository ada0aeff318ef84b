"""Words drawn by Pillow in a packaged font that has Vietnamese; grey on grey, so that only luma has to be copied."""

import unicodedata
from functools import lru_cache
from importlib.resources import files
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from recorder.rendition.layout import Box

_FONT = files("fontpkg_be_vietnam_pro") / "files" / "BeVietnamPro-Medium.ttf"
INK, QUIET = 235, 170
"""Luma within 16 … 235."""
_MARGIN = 8
_ELLIPSIS = "…"


@lru_cache(maxsize=16)
def font(size: int) -> ImageFont.FreeTypeFont:
    """The house's font; ``size`` in pixels. Basic layout: nothing but Latin is set, and it is in every wheel."""
    return ImageFont.truetype(BytesIO(_FONT.read_bytes()), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=256)
def line(text: str, width: int, height: int, ground: int, ink: int = INK) -> bytes:
    """One line from the left, in the middle of its height; cut with … where it is too long. ``width × height`` luma."""
    image, draw = _sheet(width, height, ground)
    face = font(height * 6 // 10)
    draw.text((_MARGIN, height // 2), shortened(text, face, width - 2 * _MARGIN), ink, face, anchor="lm")
    return image.tobytes()


@lru_cache(maxsize=256)
def card(text: str, width: int, height: int, ground: int, ink: int = QUIET) -> bytes:
    """Some words in the middle, in as many lines as they need."""
    image, draw = _sheet(width, height, ground)
    face = font(max(11, min(28, height // 9)))
    words = "\n".join(wrapped(text, face, width - 2 * _MARGIN))
    draw.multiline_text((width // 2, height // 2), words, ink, face, anchor="mm", align="center")
    return image.tobytes()


def clock(text: str, width: int, height: int, ground: int, ink: int = INK) -> bytes:
    """One line to the right; every sign in a cell of its own width's kind, so that digits stand still."""
    image, draw = _sheet(width, height, ground)
    face = font(height * 6 // 10)
    digit = max(face.getlength(one) for one in "0123456789")
    left = float(width - _MARGIN)
    for sign in reversed(text):
        cell = digit if sign.isdigit() else face.getlength(sign)
        left -= cell
        draw.text((left + cell / 2, height // 2), sign, ink, face, anchor="mm")
    return image.tobytes()


def shortened(text: str, face: ImageFont.FreeTypeFont, width: float) -> str:
    """As much of it as fits."""
    text = _composed(text)
    if face.getlength(text) <= width:
        return text
    while text and face.getlength(text + _ELLIPSIS) > width:
        text = text[:-1]
    return text.rstrip() + _ELLIPSIS


def wrapped(text: str, face: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Lines that fit; a single long word is cut."""
    lines: list[str] = []
    for word in _composed(text).split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and face.getlength(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(shortened(word, face, width))
    return lines


def box_line(text: str, box: Box, ground: int, ink: int = INK) -> bytes:
    """:func:`line` of a box's size."""
    return line(text, box.width, box.height, ground, ink)


def _sheet(width: int, height: int, ground: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("L", (width, height), ground)
    return image, ImageDraw.Draw(image)


def _composed(text: str) -> str:
    """A name typed as letters and loose diacritics has no glyphs for those."""
    return unicodedata.normalize("NFC", text)
