"""H.264 (RFC 6184): single NAL units, STAP-A and FU-A put together into Annex B access units."""

from collections.abc import Sequence

from bridge.errors import MalformedPacket
from recorder.frames import Frame, Unit
from recorder.reorder import Arrived
from recorder.sps import picture_size

NAL_IDR = 5
NAL_SPS = 7
NAL_PPS = 8
STAP_A = 24
FU_A = 28
START_CODE = b"\x00\x00\x00\x01"


class H264Frames:
    """H.264: single NAL units, STAP-A and FU-A into Annex B access units; parameter sets kept for key frames."""

    def __init__(self, parameters: Sequence[bytes] = ()) -> None:
        self._unit: Unit | None = None
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
            self._unit = Unit(arrived)
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
        if kind == FU_A:
            return self._fragment(payload)
        self._in_fragments = False
        if 1 <= kind <= 23:
            return self._whole(payload)
        if kind == STAP_A:
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


def starts_h264_key_frame(payload: bytes) -> bool:
    """Whether this packet begins with what a key frame begins with; a guess, from the first unit alone."""
    if len(payload) < 4:
        return False
    kind = payload[0] & 0x1F
    if kind == FU_A:
        kind = payload[1] & 0x1F
    elif kind == STAP_A:
        kind = payload[3] & 0x1F
    return kind in (NAL_IDR, NAL_SPS)
