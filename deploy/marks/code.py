"""The mark's bits: 100 blocks in 5 rows of 20, read row by row, the most significant bit first.

::

    12 bits  always 101100111000: shows that a mark is there, and what black and white look like
     8 bits  code of the participant
    16 bits  frame counter
    48 bits  wall time of its publisher, ms since 1970 UTC
    16 bits  CRC-16/CCITT (0x1021, from 0xFFFF) of the 9 bytes before it

At 320 × 180 one block is one macroblock (16 × 16 pixels): a block that does
not change costs an encoder nothing, and one that does costs its mean value.
"""

import binascii

import msgspec

COLUMNS = 20
ROWS = 5
TOP = 96 / 180
"""Where the rows begin, as a part of the picture's height."""

ROW_HEIGHT = 16 / 180

SYNC = (1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0)
_BITS = COLUMNS * ROWS


class Mark(msgspec.Struct, frozen=True):
    """What one picture says."""

    code: int
    frame: int
    utc_ms: int


def pack_mark(mark: Mark) -> tuple[int, ...]:
    """The 100 bits; code, frame and time are taken modulo their width."""
    body = bytes([mark.code & 0xFF])
    body += (mark.frame & 0xFFFF).to_bytes(2, "big")
    body += (mark.utc_ms & (1 << 48) - 1).to_bytes(6, "big")
    body += binascii.crc_hqx(body, 0xFFFF).to_bytes(2, "big")
    number = int.from_bytes(body, "big")
    length = len(body) * 8
    return SYNC + tuple(number >> (length - 1 - place) & 1 for place in range(length))


def unpack_mark(bits: tuple[int, ...]) -> Mark | None:
    """The mark in 100 bits; None when they carry none, or a damaged one."""
    if len(bits) != _BITS or bits[: len(SYNC)] != SYNC:
        return None
    number = 0
    for bit in bits[len(SYNC) :]:
        number = number << 1 | bit
    body = number.to_bytes((_BITS - len(SYNC)) // 8, "big")
    if binascii.crc_hqx(body[:-2], 0xFFFF) != int.from_bytes(body[-2:], "big"):
        return None
    return Mark(body[0], int.from_bytes(body[1:3], "big"), int.from_bytes(body[3:9], "big"))
