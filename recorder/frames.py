"""What the depacketisers make, and what they have in common."""

from collections.abc import Callable, Sequence
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


class DescribedFrames:
    """VP8 and VP9: a descriptor before each piece, the marker on the last. ``begins`` tells of a payload whether a
    frame begins there and where the codec's bytes start; ``key_size`` of a whole frame its size, None when it is no
    key frame. Both raise MalformedPacket."""

    def __init__(
        self, begins: Callable[[bytes], tuple[bool, int]], key_size: Callable[[bytes], tuple[int, int] | None]
    ) -> None:
        self._begins = begins
        self._key_size = key_size
        self._unit: Unit | None = None

    def push(self, arrived: Arrived) -> Sequence[Frame]:
        packet = arrived.packet
        if not packet.payload:
            return ()
        begins, start = self._begins(packet.payload)
        frames = self._end() if self._unit is not None and self._unit.timestamp != packet.timestamp else []
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

    def _end(self) -> list[Frame]:
        unit, self._unit = self._unit, None
        if unit is None:
            return []
        body = b"".join(unit.parts)
        size = self._key_size(body)
        return [unit.frame(body, size is not None, size or (0, 0), b"")]
