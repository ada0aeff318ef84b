"""RTP headers (RFC 3550 §5.1) and header extensions (RFC 8285), read in place."""

import struct

from bridge.errors import MalformedPacket

HEADER = struct.Struct("!BBHII")
HEADER_SIZE = HEADER.size
_ONE_BYTE = 0xBEDE
_TWO_BYTE = 0x1000
_END = 15
"""RFC 8285 §4.2: identifier 15 ends the one-byte elements."""


def is_rtcp(datagram: bytes | bytearray) -> bool:
    """RFC 5761 §4: packet types 192-223 lie where no RTP payload type of ours does."""
    return len(datagram) > 1 and 192 <= datagram[1] <= 223


def unwrap(sequence: int, near: int) -> int:
    """The extended sequence number closest to ``near`` whose low 16 bits are ``sequence``."""
    step = (sequence - near) & 0xFFFF
    return near + step if step < 0x8000 else near + step - 0x10000


def unwrap_timestamp(timestamp: int, near: int) -> int:
    """The same for 32-bit timestamps."""
    step = (timestamp - near) & 0xFFFFFFFF
    return near + step if step < 0x80000000 else near + step - 0x100000000


def payload_bounds(packet: bytes) -> tuple[int, int]:
    """Where the payload starts and ends, padding left out. Raises MalformedPacket."""
    first = packet[0]
    start = HEADER_SIZE + (first & 0x0F) * 4
    end = len(packet)
    if first & 0x10:
        if end < start + 4:
            raise MalformedPacket("RTP header extension is cut off")
        start += 4 + int.from_bytes(packet[start + 2 : start + 4], "big") * 4
    if first & 0x20 and end:
        padding = packet[end - 1]
        if padding == 0:
            raise MalformedPacket("RTP padding of no length")
        end -= padding
    if end < start:
        raise MalformedPacket("RTP packet shorter than its header says")
    return start, end


def extension(packet: bytes, identifier: int) -> bytes | None:
    """The value of one header extension element; None when the packet has none. Raises MalformedPacket."""
    first = packet[0]
    if not first & 0x10:
        return None
    start = HEADER_SIZE + (first & 0x0F) * 4
    if len(packet) < start + 4:
        raise MalformedPacket("RTP header extension is cut off")
    profile = packet[start] << 8 | packet[start + 1]
    end = start + 4 + int.from_bytes(packet[start + 2 : start + 4], "big") * 4
    if len(packet) < end:
        raise MalformedPacket("RTP header extension is cut off")
    if profile == _ONE_BYTE:
        return _find(packet, start + 4, end, identifier, 1)
    if profile & 0xFFF0 == _TWO_BYTE:
        return _find(packet, start + 4, end, identifier, 2)
    return None


def _find(packet: bytes, position: int, end: int, identifier: int, head: int) -> bytes | None:
    """``head``: bytes before each value, 1 or 2."""
    while position < end:
        first = packet[position]
        if first == 0:
            position += 1
            continue
        if head == 1:
            found, size = first >> 4, (first & 0x0F) + 1
            if found == _END:
                return None
        else:
            if position + 1 >= end:
                raise MalformedPacket("RTP header extension element is cut off")
            found, size = first, packet[position + 1]
        position += head
        if position + size > end:
            raise MalformedPacket("RTP header extension element is cut off")
        if found == identifier:
            return packet[position : position + size]
        position += size
    return None
