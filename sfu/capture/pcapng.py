"""Blocks of a pcapng file (draft-ietf-opsawg-pcapng). Pure: values in, bytes out; little-endian, nanoseconds."""

import struct
from collections.abc import Iterable

_SECTION = 0x0A0D0D0A
_INTERFACE = 1
_STATISTICS = 5
_PACKET = 6
_MAGIC = 0x1A2B3C4D
_UNKNOWN_LENGTH = 0xFFFF_FFFF_FFFF_FFFF
LINKTYPE_RAW = 101
"""Packets begin with an IPv4 or IPv6 header."""

_COMMENT = 1
_APPLICATION = 4
_IF_NAME, _IF_RESOLUTION = 2, 9
_FLAGS = 2
_RECEIVED, _LEFT_OUT = 4, 5
_INBOUND, _OUTBOUND = 1, 2
_NANOSECONDS = 9
_HEAD = struct.Struct("<II")
_OPTION = struct.Struct("<HH")
_LENGTH = struct.Struct("<I")

Option = tuple[int, bytes]


def section(application: str, comment: str) -> bytes:
    """The block a file begins with (section 4.1)."""
    body = struct.pack("<IHHQ", _MAGIC, 1, 0, _UNKNOWN_LENGTH)
    return _block(_SECTION, body, [(_COMMENT, comment.encode()), (_APPLICATION, application.encode())])


def interface(name: str, comment: str) -> bytes:
    """Numbered from 0 in the order of writing (section 4.2). No snap length: each packet says its own."""
    options = [(_COMMENT, comment.encode()), (_IF_NAME, name.encode()), (_IF_RESOLUTION, bytes([_NANOSECONDS]))]
    return _block(_INTERFACE, struct.pack("<HHI", LINKTYPE_RAW, 0, 0), options)


def packet(number: int, at_utc_ns: int, kept: bytes, length: int, *, inbound: bool, comment: str = "") -> bytes:
    """An enhanced packet block (section 4.3) of interface ``number``: the first bytes of a packet of ``length``."""
    body = struct.pack("<IIIII", number, at_utc_ns >> 32, at_utc_ns & 0xFFFF_FFFF, len(kept), length) + _padded(kept)
    options: list[Option] = [(_FLAGS, _LENGTH.pack(_INBOUND if inbound else _OUTBOUND))]
    return _block(_PACKET, body, [(_COMMENT, comment.encode()), *options] if comment else options)


def statistics(number: int, at_utc_ns: int, received: int, left_out: int) -> bytes:
    """What was seen on interface ``number``, and what of it the file has no room for (section 4.6)."""
    body = struct.pack("<III", number, at_utc_ns >> 32, at_utc_ns & 0xFFFF_FFFF)
    counts = [(_RECEIVED, struct.pack("<Q", received)), (_LEFT_OUT, struct.pack("<Q", left_out))]
    return _block(_STATISTICS, body, counts)


def _block(kind: int, body: bytes, options: Iterable[Option]) -> bytes:
    told = b"".join(_OPTION.pack(code, len(value)) + _padded(value) for code, value in options) + _OPTION.pack(0, 0)
    length = _LENGTH.pack(_HEAD.size + len(body) + len(told) + _LENGTH.size)
    return _LENGTH.pack(kind) + length + body + told + length


def _padded(value: bytes) -> bytes:
    return value + bytes(-len(value) % 4)
