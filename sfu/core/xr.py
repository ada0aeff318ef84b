"""Extended reports (RFC 3611 §4.4, §4.5): how the node measures the round trip to who only sends.

A receiver's reference time goes out; a sender answers with when it came and how long it kept it. Browsers answer
without having agreed to anything (libwebrtc, whose senders mediasoup asks in the same way).
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from bridge.errors import MalformedPacket

_TYPE = 207
_REFERENCE, _DELAYS = 4, 5
_REFERENCE_TIME = struct.Struct("!BBHIBBHQ")
_HEAD = struct.Struct("!BBH")
_DELAY = struct.Struct("!III")
_SSRC_SIZE = 4


class Delay(NamedTuple):
    """One sub-block of DLRR: whose reference time ``lrr`` (the middle 32 bits) was kept for ``dlrr``, 1/65536 s."""

    ssrc: int
    lrr: int
    dlrr: int


def pack_reference_time(ssrc: int, ntp: int) -> bytes:
    """An extended report with the receiver's reference time ``ntp`` (32.32)."""
    return _REFERENCE_TIME.pack(0x80, _TYPE, 4, ssrc, _REFERENCE, 0, 2, ntp & 0xFFFFFFFFFFFFFFFF)


def parse_delays(compound: bytes) -> list[Delay]:
    """All that the extended reports of a compound say. Raises MalformedPacket."""
    return [
        delay
        for kind, start, end in _parts(compound, 0, len(compound))
        if kind[1] == _TYPE
        for block, begin, finish in _parts(compound, start + _SSRC_SIZE, end)
        if block[0] == _DELAYS
        for delay in _delays(compound, begin, finish)
    ]


def _parts(octets: bytes, position: int, end: int) -> Iterator[tuple[tuple[int, int], int, int]]:
    """(first two octets, start, end) of each part behind its head: packets and report blocks count alike."""
    while position + _HEAD.size <= end:
        first, second, words = _HEAD.unpack_from(octets, position)
        start = position + _HEAD.size
        position = start + words * 4
        if position > end:
            raise MalformedPacket("RTCP is cut off")
        yield (first, second), start, position


def _delays(octets: bytes, position: int, end: int) -> Iterator[Delay]:
    if (end - position) % _DELAY.size:
        raise MalformedPacket("DLRR of no whole sub-blocks")
    for at in range(position, end, _DELAY.size):
        yield Delay(*_DELAY.unpack_from(octets, at))
