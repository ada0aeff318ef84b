"""What the depacketisers make, and what they have in common."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from bridge.errors import MalformedPacket
from recorder.reorder import Arrived

MAX_FRAME = 8 * 1024 * 1024
"""Bytes of one frame; a 4K key frame stays below 2 MiB."""


class Frame(NamedTuple):
    """One decodable unit. ``first``: its first packet's unwrapped sequence number; ``number``: its least tap number;
    ``arrival``/``arrived``: when its first and last packet reached the node; ``timestamp``: RTP, 32 bits;
    ``duration``: RTP units, 0 when the frame does not say; ``shape``: changes when a new file is needed."""

    first: int
    number: int
    arrival: int
    arrived: int
    timestamp: int
    body: bytes
    key: bool
    width: int
    height: int
    duration: int
    silent: bool
    shape: bytes
    packets: int


class Depacketiser(Protocol):
    """Packets of one track in order → frames."""

    def push(self, arrived: Arrived) -> Sequence[Frame]:
        """The frames this packet completes. Raises MalformedPacket."""
        ...

    def reset(self) -> None:
        """Packets are missing before the next one: what is half put together is of no use."""
        ...

    def least_number(self) -> int | None:
        """The lowest tap number of the frame being put together."""
        ...

    def parameters(self) -> list[bytes]:
        """What has to be known of earlier packets to go on after a restart."""
        ...


class Unit:
    """The packets of one timestamp while they come in."""

    def __init__(self, arrived: Arrived) -> None:
        self.first = arrived.extended
        self.number = arrived.number
        self.arrival = arrived.arrival
        self.arrived = arrived.arrival
        self.timestamp = arrived.packet.timestamp
        self.parts: list[bytes] = []
        self.size = 0
        self.last = arrived.extended

    def add(self, arrived: Arrived, part: bytes) -> None:
        self.parts.append(part)
        self.size += len(part)
        if self.size > MAX_FRAME:
            raise MalformedPacket("frame larger than any picture")
        self.last = arrived.extended
        self.number = min(self.number, arrived.number)
        self.arrival = min(self.arrival, arrived.arrival)
        self.arrived = max(self.arrived, arrived.arrival)

    def frame(self, body: bytes, key: bool, size: tuple[int, int], shape: bytes) -> Frame:
        width, height = size
        whole = (self.first, self.number, self.arrival, self.arrived, self.timestamp)
        return Frame(*whole, body, key, width, height, 0, False, shape, self.last - self.first + 1)
