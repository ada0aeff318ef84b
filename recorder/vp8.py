"""VP8 (RFC 7741): a descriptor before each piece of a frame, the marker on the last."""

from collections.abc import Sequence

from bridge.errors import MalformedPacket
from recorder.frames import Frame, Unit
from recorder.reorder import Arrived


class Vp8Frames:
    """VP8: a descriptor before each piece, the marker on the last."""

    def __init__(self) -> None:
        self._unit: Unit | None = None

    def push(self, arrived: Arrived) -> Sequence[Frame]:
        packet = arrived.packet
        if not packet.payload:
            return ()
        begins, start = vp8_descriptor(packet.payload)
        frames = self._end() if self._is_over(packet.timestamp) else []
        if self._unit is None:
            if not begins:
                return frames
            self._unit = Unit(arrived)
        self._unit.add(arrived, packet.payload[start:])
        return frames + self._end() if packet.marker else frames

    def reset(self) -> None:
        self._unit = None

    def least_number(self) -> int | None:
        return self._unit.number if self._unit is not None else None

    def parameters(self) -> list[bytes]:
        return []

    def _is_over(self, timestamp: int) -> bool:
        return self._unit is not None and self._unit.timestamp != timestamp

    def _end(self) -> list[Frame]:
        unit, self._unit = self._unit, None
        if unit is None:
            return []
        body = b"".join(unit.parts)
        key = not body[0] & 1
        size = vp8_picture_size(body) if key else (0, 0)
        return [unit.frame(body, key, size, b"")]


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
