"""VP9 (RFC 9628): a descriptor before each piece of a frame, the marker on the last of a picture.

The node asks for one spatial layer; several, should they come, are kept one behind the other as they came.
"""

from bridge.errors import MalformedPacket
from recorder.bits import Bits

_SYNC = 0x498342
_RGB = 7


def vp9_begins(payload: bytes) -> tuple[bool, int]:
    """Whether a picture begins here (B), and where the VP9 bytes start. Raises MalformedPacket."""
    return bool(payload[0] & 0x08), descriptor_size(payload)


def descriptor_size(payload: bytes) -> int:
    """Where the VP9 bytes start (RFC 9628 section 4.2). Raises MalformedPacket."""
    reader = _Descriptor(payload)
    first = reader.byte()
    if first & 0x80 and reader.byte() & 0x80:  # I: picture id, M: of two bytes
        reader.byte()
    if first & 0x20:  # L: layers
        reader.byte()
        if not first & 0x10:
            reader.byte()
    if first & 0x50 == 0x50:  # F and P: up to three references, N: one more follows
        for _ in range(3):
            if not reader.byte() & 0x01:
                break
    if first & 0x02:
        _skip_structure(reader)
    if reader.at >= len(payload):
        raise MalformedPacket("VP9 descriptor without a payload")
    return reader.at


class _Descriptor:
    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self.at = 0

    def byte(self) -> int:
        if self.at >= len(self._payload):
            raise MalformedPacket("VP9 descriptor cut short")
        self.at += 1
        return self._payload[self.at - 1]


def _skip_structure(reader: _Descriptor) -> None:
    """The scalability structure (RFC 9628 section 4.2.1)."""
    head = reader.byte()
    if head & 0x10:  # Y: width and height of each layer
        for _ in range(4 * ((head >> 5) + 1)):
            reader.byte()
    if head & 0x08:  # G: the pictures of a group, each with its references
        for _ in range(reader.byte()):
            for _ in range((reader.byte() >> 2) & 0x03):
                reader.byte()


def vp9_picture_size(body: bytes) -> tuple[int, int] | None:
    """Width and height from a key frame's header (VP9 bitstream, section 6.2); None for any other frame.

    Raises MalformedPacket.
    """
    reader = Bits(body[:32])
    if reader.bits(2) != 2:
        raise MalformedPacket("VP9 frame without its marker")
    profile = reader.bits(1) | reader.bits(1) << 1
    if profile == 3:
        reader.bits(1)
    shown_before = reader.flag()
    if shown_before or reader.flag():  # show_existing_frame; frame_type 1: no key frame
        return None
    reader.bits(2)  # show_frame, error_resilient_mode
    if reader.bits(24) != _SYNC:
        raise MalformedPacket("VP9 key frame without its sync code")
    _skip_colour(reader, profile)
    return reader.bits(16) + 1, reader.bits(16) + 1


def _skip_colour(reader: Bits, profile: int) -> None:
    if profile >= 2:
        reader.bits(1)  # ten_or_twelve_bit
    if reader.bits(3) != _RGB:
        reader.bits(1)  # color_range
        if profile in (1, 3):
            reader.bits(3)  # subsampling
    elif profile in (1, 3):
        reader.bits(1)


def starts_vp9_key_frame(payload: bytes) -> bool:
    """Whether a key frame begins with this packet: B without P, of the lowest layer."""
    if not payload or payload[0] & 0x48 != 0x08:
        return False
    try:
        return vp9_picture_size(payload[descriptor_size(payload) :]) is not None
    except MalformedPacket:
        return False
