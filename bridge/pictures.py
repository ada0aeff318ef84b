"""Small pictures from outside (an office's logo): PNG and JPEG by their content, whole, and nothing behind their end.

Only the frame is read, no pixel is decoded here: who decodes is the reader's browser. What follows the end of the
picture would be a second file in the first, so it is refused.
"""

import binascii
import struct
from collections.abc import Iterator

import msgspec

from bridge.errors import MalformedInput

MAX_BYTES = 256_000
"""With its form around it, it stays below the largest request."""

SIDES = range(16, 2001)
"""Pixels: shown 40 high, on paper and sharp screens several times that."""

_PNG = b"\x89PNG\r\n\x1a\n"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's frame headers SOF0-SOF15, of which DHT, JPG and DAC are none (ITU-T T.81, table B.1)."""


class MalformedPicture(MalformedInput):
    """No PNG or JPEG, a broken one, or too large; ``why``: kind | size | sides."""

    def __init__(self, why: str, detail: str) -> None:
        self.why = why
        super().__init__(detail)


class Picture(msgspec.Struct, frozen=True):
    """What it is, and its sides in pixels."""

    media_type: str
    suffix: str
    width: int
    height: int


def parse_picture(body: bytes) -> Picture:
    """Raises MalformedPicture."""
    if len(body) > MAX_BYTES:
        raise MalformedPicture("size", f"{len(body)} bytes")
    try:
        if body.startswith(_PNG):
            found = Picture("image/png", "png", *_png_sides(body))
        else:
            found = Picture("image/jpeg", "jpg", *_jpeg_sides(body))
    except (struct.error, IndexError) as error:
        raise MalformedPicture("kind", f"cut off: {error}") from error
    if found.width not in SIDES or found.height not in SIDES:
        raise MalformedPicture("sides", f"{found.width} × {found.height}")
    return found


def _png_sides(body: bytes) -> tuple[int, int]:
    """Every chunk with its checksum (PNG 3rd edition, 5.3)."""
    kinds = [kind for kind, _ in _chunks(body)]
    first, content = next(_chunks(body))
    if first != b"IHDR" or len(content) != 13 or kinds[-1] != b"IEND" or b"IDAT" not in kinds:
        raise MalformedPicture("kind", "no whole PNG")
    width, height = struct.unpack_from(">II", content)
    return width, height


def _chunks(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, kind = len(_PNG), b""
    while kind != b"IEND":
        (length,) = struct.unpack_from(">I", body, at)
        kind, content = body[at + 4 : at + 8], body[at + 8 : at + 8 + length]
        (told,) = struct.unpack_from(">I", body, at + 8 + length)
        if binascii.crc32(kind + content) != told:
            raise MalformedPicture("kind", f"checksum of {kind!r}")
        yield kind, content
        at += 12 + length
    if at != len(body):
        raise MalformedPicture("kind", f"{len(body) - at} bytes behind the end")


def _jpeg_sides(body: bytes) -> tuple[int, int]:
    """Segment by segment up to the first scan; then the end must be the file's (ITU-T T.81, B.1.1)."""
    if body[:3] != b"\xff\xd8\xff":
        raise MalformedPicture("kind", "neither PNG nor JPEG")
    at, sides = 2, None
    while body[at + 1] != 0xDA:  # SOS: pixels follow
        if body[at] != 0xFF:
            raise MalformedPicture("kind", f"no marker at {at}")
        (length,) = struct.unpack_from(">H", body, at + 2)
        if body[at + 1] in _FRAMES:
            height, width = struct.unpack_from(">HH", body, at + 5)
            sides = (width, height)
        at += 2 + max(length, 2)
    # Pixels never hold the mark of the end: an FF in them is followed by a nought (F.1.2.3).
    if sides is None or body.find(b"\xff\xd9", at) != len(body) - 2:
        raise MalformedPicture("kind", "no frame, no end, or something behind it")
    return sides
