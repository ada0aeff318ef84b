"""RTP headers as the recorder needs them (RFC 3550 section 5.1), parsed once per packet."""

import struct
from typing import NamedTuple

from bridge.errors import MalformedPacket

_FIXED = struct.Struct("!BBHII")


class RtpPacket(NamedTuple):
    """One packet; ``payload`` without padding, possibly empty (a bandwidth probe of padding only)."""

    sequence: int
    timestamp: int
    ssrc: int
    marker: bool
    payload_type: int
    payload: bytes


def parse_rtp(packet: bytes) -> RtpPacket:
    """Raises MalformedPacket."""
    size = len(packet)
    if size < 12:
        raise MalformedPacket(f"RTP packet of {size} bytes")
    flags, second, sequence, timestamp, ssrc = _FIXED.unpack_from(packet)
    if flags >> 6 != 2:
        raise MalformedPacket(f"RTP version {flags >> 6}")
    start = 12 + 4 * (flags & 0x0F)
    if flags & 0x10:
        start = _after_extension(packet, start)
    end = size - packet[-1] if flags & 0x20 else size
    if start > end or (flags & 0x20 and not packet[-1]):
        raise MalformedPacket("RTP header or padding longer than the packet")
    return RtpPacket(sequence, timestamp, ssrc, second > 0x7F, second & 0x7F, packet[start:end])


def _after_extension(packet: bytes, start: int) -> int:
    """Where the payload begins behind the header extension at ``start`` (section 5.3.1)."""
    if len(packet) < start + 4:
        raise MalformedPacket("RTP header extension cut short")
    return start + 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
