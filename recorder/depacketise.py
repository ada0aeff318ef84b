"""RTP payloads put together into frames: VP8 (RFC 7741), H.264 (RFC 6184), Opus (RFC 7587).

Pure cores, one per track. They take packets in order, with holes announced through ``reset``; whatever bytes come in,
the answer is frames or MalformedPacket, after which the caller resets.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from bridge.errors import MalformedPacket
from bridge.media import Codec
from recorder.h264 import NAL_IDR, NAL_PPS, NAL_SPS, START_CODE, picture_size
from recorder.reorder import Arrived

MAX_FRAME = 8 * 1024 * 1024
"""Bytes of one frame; a 4K key frame stays below 2 MiB."""

DTX_BYTES = 2
"""An Opus packet this short carries no sound (RFC 6716 section 3.1): the sender is in discontinuous transmission."""


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


class _Unit:
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


class Vp8Frames:
    """VP8: a descriptor before each piece, the marker on the last."""

    def __init__(self) -> None:
        self._unit: _Unit | None = None

    def push(self, arrived: Arrived) -> Sequence[Frame]:
        packet = arrived.packet
        if not packet.payload:
            return ()
        begins, start = vp8_descriptor(packet.payload)
        frames = self._end() if self._is_over(packet.timestamp) else []
        if self._unit is None:
            if not begins:
                return frames
            self._unit = _Unit(arrived)
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


class H264Frames:
    """H.264: single NAL units, STAP-A and FU-A into Annex B access units; parameter sets kept for key frames."""

    def __init__(self, parameters: Sequence[bytes] = ()) -> None:
        self._unit: _Unit | None = None
        self._key = False
        self._sps, self._pps = parameters if len(parameters) == 2 else (b"", b"")
        self._own_parameters = False
        self._in_fragments = False

    def push(self, arrived: Arrived) -> Sequence[Frame]:
        packet = arrived.packet
        if not packet.payload:
            return ()
        over = self._unit is not None and self._unit.timestamp != packet.timestamp
        frames = self._end() if over else []
        if self._unit is None:
            self._unit = _Unit(arrived)
        for part in self._parts(packet.payload):
            self._unit.add(arrived, part)
        return frames + self._end() if packet.marker else frames

    def reset(self) -> None:
        self._unit = None
        self._key = self._own_parameters = self._in_fragments = False

    def least_number(self) -> int | None:
        return self._unit.number if self._unit is not None else None

    def parameters(self) -> list[bytes]:
        return [self._sps, self._pps]

    def _parts(self, payload: bytes) -> list[bytes]:
        kind = payload[0] & 0x1F
        if kind == 28:
            return self._fragment(payload)
        self._in_fragments = False
        if 1 <= kind <= 23:
            return self._whole(payload)
        if kind == 24:
            return [part for unit in split_stap_a(payload) for part in self._whole(unit)]
        raise MalformedPacket(f"H.264 payload of type {kind}")

    def _whole(self, unit: bytes) -> list[bytes]:
        kind = unit[0] & 0x1F
        if kind == NAL_SPS:
            self._sps, self._own_parameters = unit, True
        elif kind == NAL_PPS:
            self._pps = unit
        elif kind == NAL_IDR:
            self._key = True
        return [START_CODE, unit]

    def _fragment(self, payload: bytes) -> list[bytes]:
        """FU-A (RFC 6184 section 5.8)."""
        if len(payload) < 3:
            raise MalformedPacket("FU-A without a payload")
        flags = payload[1]
        if flags & 0x80:
            self._in_fragments = True
            header = bytes([payload[0] & 0xE0 | flags & 0x1F])
            self._key = self._key or flags & 0x1F == NAL_IDR
            return [START_CODE, header, payload[2:]]
        if not self._in_fragments:
            raise MalformedPacket("FU-A goes on where none began")
        return [payload[2:]]

    def _end(self) -> list[Frame]:
        unit, key, own = self._unit, self._key, self._own_parameters
        self.reset()
        if unit is None or not unit.parts:
            return []
        if not key:
            return [unit.frame(b"".join(unit.parts), False, (0, 0), b"")]
        if not self._sps or not self._pps:
            return []
        sets = [] if own else [START_CODE, self._sps, START_CODE, self._pps]
        body = b"".join(sets + unit.parts)
        return [unit.frame(body, True, picture_size(self._sps), self._sps + self._pps)]


def split_stap_a(payload: bytes) -> list[bytes]:
    """The NAL units of a STAP-A (RFC 6184 section 5.7.1). Raises MalformedPacket."""
    units = []
    at = 1
    while at < len(payload):
        end = at + 2 + int.from_bytes(payload[at : at + 2], "big")
        if end > len(payload) or end == at + 2:
            raise MalformedPacket("STAP-A cut short")
        units.append(payload[at + 2 : end])
        at = end
    if not units:
        raise MalformedPacket("STAP-A without a unit")
    return units


def depacketiser(codec: Codec, parameters: Sequence[bytes] = ()) -> Depacketiser:
    """The one for this codec; ``parameters`` as its predecessor gave them."""
    match codec:
        case Codec.OPUS:
            return OpusFrames()
        case Codec.VP8:
            return Vp8Frames()
        case Codec.H264:
            return H264Frames(parameters)


def starts_key_frame(codec: Codec, payload: bytes) -> bool:
    """A guess from one packet, good enough to not ask for what is already coming; sound needs none."""
    if codec is Codec.OPUS:
        return True
    if len(payload) < 3:
        return False
    if codec is Codec.H264:
        kind = payload[0] & 0x1F
        first = payload[1] & 0x1F if kind == 28 else payload[3] & 0x1F if kind == 24 and len(payload) > 3 else kind
        return first in (NAL_IDR, NAL_SPS)
    try:
        begins, start = vp8_descriptor(payload)
    except MalformedPacket:
        return False
    return begins and not payload[start] & 1
