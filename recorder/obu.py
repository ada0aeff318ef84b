"""The open bitstream units of AV1 (AV1 bitstream specification, section 5): their headers, and the sequence header."""

from typing import NamedTuple

from bridge.errors import MalformedPacket
from recorder.bits import Bits

SEQUENCE_HEADER = 1
TEMPORAL_DELIMITER = 2
FRAME_HEADER = 3
FRAME = 6
TILE_LIST = 8
PADDING = 15
_HAS_SIZE = 0x02
_HAS_EXTENSION = 0x04
_SRGB = (1, 13, 0)
"""Colour primaries, transfer and matrix that mean RGB (section 5.5.2)."""


class Unit(NamedTuple):
    """One unit: its kind, its header without the size flag (and extension), its content."""

    kind: int
    head: bytes
    content: bytes

    @property
    def sized(self) -> bytes:
        """As it stands in a file: with its size."""
        return bytes([self.head[0] | _HAS_SIZE]) + self.head[1:] + pack_leb128(len(self.content)) + self.content


def read_unit(element: bytes) -> Unit:
    """A whole unit, with or without a size of its own. Raises MalformedPacket."""
    if not element or element[0] & 0x80:
        raise MalformedPacket("AV1 unit without a header")
    start = 2 if element[0] & _HAS_EXTENSION else 1
    if len(element) < start:
        raise MalformedPacket("AV1 unit cut short")
    head = bytes([element[0] & ~_HAS_SIZE & 0xFF]) + element[1:start]
    content = element[start:]
    if element[0] & _HAS_SIZE:
        size, start = unpack_leb128(content, 0)
        content = content[start : start + size]
        if len(content) != size:
            raise MalformedPacket("AV1 unit shorter than it says")
    return Unit(element[0] >> 3 & 0x0F, head, content)


def unpack_leb128(payload: bytes, at: int) -> tuple[int, int]:
    """(value, where it ends). Raises MalformedPacket. Sizes of more than 32 bits are no sizes (section 4.10.5)."""
    value = 0
    for place in range(5):
        if at + place >= len(payload):
            break
        byte = payload[at + place]
        value |= (byte & 0x7F) << place * 7
        if not byte & 0x80:
            return value, at + place + 1
    raise MalformedPacket("AV1 size cut short")


def pack_leb128(value: int) -> bytes:
    """The shortest form."""
    packed = bytearray()
    while value > 0x7F:
        packed.append(value & 0x7F | 0x80)
        value >>= 7
    packed.append(value)
    return bytes(packed)


class Sequence(NamedTuple):
    """What a sequence header says (section 5.5): picture size, and the three bytes that an av1C has of it."""

    width: int
    height: int
    configuration: bytes


def read_sequence(content: bytes) -> Sequence:
    """The content of a sequence header unit. Raises MalformedPacket."""
    reader = Bits(content)
    profile = reader.bits(3)
    reader.bits(1)  # still_picture
    if reader.flag():  # reduced_still_picture_header
        level, tier = reader.bits(5), 0
    else:
        level, tier = _operating_points(reader)
    width_bits, height_bits = reader.bits(4) + 1, reader.bits(4) + 1
    width, height = reader.bits(width_bits) + 1, reader.bits(height_bits) + 1
    return Sequence(width, height, bytes([profile << 5 | level, _colour_byte(reader, content, profile, tier)]))


def _operating_points(reader: Bits) -> tuple[int, int]:
    """Level and tier of the first."""
    if reader.flag():  # timing_info
        reader.bits(32)
        reader.bits(32)
        if reader.flag():
            reader.unsigned()
        if reader.flag():
            raise MalformedPacket("AV1 with a decoder model, which no live sender has")
    delay = reader.flag()  # initial_display_delay_present
    first: tuple[int, int] | None = None
    for _ in range(reader.bits(5) + 1):
        reader.bits(12)
        level = reader.bits(5)
        tier = reader.bits(1) if level > 7 else 0
        if delay and reader.flag():
            reader.bits(4)
        first = first or (level, tier)
    return first or (0, 0)


def _colour_byte(reader: Bits, content: bytes, profile: int, tier: int) -> int:
    """The third byte of an av1C, from what follows the picture size."""
    reduced = bool(content[0] & 0x08)
    if not reduced and reader.flag():  # frame_id_numbers_present
        reader.bits(7)
    reader.bits(3)  # superblocks, filter intra, intra edge
    if not reduced:
        _skip_tools(reader)
    reader.bits(3)  # superres, cdef, restoration
    high = reader.bits(1)
    twelve = reader.bits(1) if profile == 2 and high else 0
    mono = 0 if profile == 1 else reader.bits(1)
    across, down, place = _subsampling(reader, profile, twelve, mono)
    return tier << 7 | high << 6 | twelve << 5 | mono << 4 | across << 3 | down << 2 | place


def _skip_tools(reader: Bits) -> None:
    reader.bits(4)  # interintra, masked, warped, dual filter
    order_hint = reader.flag()
    if order_hint:
        reader.bits(2)
    screen_content = True if reader.flag() else reader.flag()
    if screen_content and not reader.flag():  # seq_choose_integer_mv
        reader.bits(1)
    if order_hint:
        reader.bits(3)


def _subsampling(reader: Bits, profile: int, twelve: int, mono: int) -> tuple[int, int, int]:
    """Across, down, and where the chroma samples lie (section 5.5.2)."""
    colours = (reader.bits(8), reader.bits(8), reader.bits(8)) if reader.flag() else None
    if mono:
        reader.bits(1)
        return 1, 1, 0
    if colours == _SRGB:
        return 0, 0, 0
    reader.bits(1)  # color_range
    if profile == 0:
        across, down = 1, 1
    elif profile == 1:
        across, down = 0, 0
    elif twelve:
        across = reader.bits(1)
        down = reader.bits(1) if across else 0
    else:
        across, down = 1, 0
    return across, down, reader.bits(2) if across and down else 0
