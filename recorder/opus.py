"""Opus packets (RFC 7587): each is a frame."""

from collections.abc import Sequence

from bridge.errors import MalformedPacket
from recorder.frames import Frame
from recorder.reorder import Arrived

DTX_BYTES = 2
"""A packet this short carries no sound (RFC 6716 section 3.1): the sender is in discontinuous transmission."""


class OpusFrames:
    """Every packet is a frame."""

    def push(self, arrived: Arrived) -> Sequence[Frame]:
        packet = arrived.packet
        body = packet.payload
        if not body:
            return ()
        at = arrived.arrival
        duration, silent = opus_duration(body), len(body) <= DTX_BYTES
        number, first, stamp = arrived.number, arrived.extended, packet.timestamp
        return (Frame(first, number, at, at, stamp, body, True, 0, 0, duration, silent, b"", 1),)

    def reset(self) -> None:
        """Nothing is kept between packets."""

    def least_number(self) -> int | None:
        return None

    def parameters(self) -> list[bytes]:
        return []


def opus_duration(body: bytes) -> int:
    """Length of an Opus packet in samples at 48 kHz, from its first bytes (RFC 6716 section 3.1)."""
    config, code = body[0] >> 3, body[0] & 3
    if config < 12:
        samples = (480, 960, 1920, 2880)[config & 3]
    elif config < 16:
        samples = (480, 960)[config & 1]
    else:
        samples = (120, 240, 480, 960)[config & 3]
    if code == 3:
        if len(body) < 2:
            raise MalformedPacket("Opus packet without its frame count")
        count = body[1] & 0x3F
    else:
        count = (1, 2, 2)[code]
    if not 0 < samples * count <= 5760:
        raise MalformedPacket("Opus packet longer than 120 ms")
    return samples * count
