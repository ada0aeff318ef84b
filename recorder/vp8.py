"""VP8 (RFC 7741): a descriptor before each piece of a frame, the marker on the last."""

from bridge.errors import MalformedPacket


def vp8_key_size(body: bytes) -> tuple[int, int] | None:
    """Width and height of a key frame, None of any other. Raises MalformedPacket."""
    return None if body[0] & 1 else vp8_picture_size(body)


def vp8_descriptor(payload: bytes) -> tuple[bool, int]:
    """Whether a frame begins here, and where the VP8 bytes start (RFC 7741 section 4.2). Raises MalformedPacket."""
    first = payload[0]
    start = 1
    if first & 0x80:
        extended = payload[1] if len(payload) > 1 else 0
        start = 2
        if extended & 0x80:
            start += 2 if len(payload) > 2 and payload[2] & 0x80 else 1
        start += bool(extended & 0x40) + bool(extended & 0x30)
    if start >= len(payload):
        raise MalformedPacket("VP8 descriptor without a payload")
    return bool(first & 0x10) and not first & 0x0F, start


def vp8_picture_size(body: bytes) -> tuple[int, int]:
    """Width and height from a key frame's header (RFC 6386 section 9.1). Raises MalformedPacket."""
    if len(body) < 10 or body[3:6] != b"\x9d\x01\x2a":
        raise MalformedPacket("VP8 key frame without its start code")
    width = int.from_bytes(body[6:8], "little") & 0x3FFF
    height = int.from_bytes(body[8:10], "little") & 0x3FFF
    if not width or not height:
        raise MalformedPacket("VP8 key frame without a size")
    return width, height


def starts_vp8_key_frame(payload: bytes) -> bool:
    """Whether a key frame begins with this packet."""
    try:
        begins, start = vp8_descriptor(payload)
    except MalformedPacket:
        return False
    return begins and not payload[start] & 1
