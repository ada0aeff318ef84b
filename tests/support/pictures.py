"""Small pictures, made by hand: whole PNGs and the frame of a JPEG."""

import struct
import zlib


def chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk of a PNG with its checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int = 64, height: int = 32, more: bytes = b"") -> bytes:
    """A whole one of one colour; ``more``: chunks before its end."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\x80" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg(width: int = 64, height: int = 32, before: bytes = b"") -> bytes:
    """As far as its frame: header, sides, a scan, the end. ``before``: a segment in front of the frame."""
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    scan = b"\xff\xda" + struct.pack(">HBBBBBB", 8, 1, 1, 0, 0, 63, 0) + b"\x12\xff\x00\x34"
    return b"\xff\xd8" + before + b"\xff\xe0\x00\x04ab" + frame + scan + b"\xff\xd9"
