"""AV1 (RTP Payload Format for AV1): pieces of units put together into temporal units, as files hold them.

On the wire units mostly have no size and a temporal delimiter is never sent; in WebM each has its size and delimiters
are left out (AV1 in Matroska, section 4.5). Padding and tile lists, which no viewer needs, are dropped.
"""

from collections.abc import Sequence

from bridge.errors import MalformedPacket
from recorder.frames import Frame, Unit
from recorder.obu import (
    FRAME,
    FRAME_HEADER,
    PADDING,
    SEQUENCE_HEADER,
    TEMPORAL_DELIMITER,
    TILE_LIST,
    read_sequence,
    read_unit,
    unpack_leb128,
)
from recorder.obu import Unit as Obu
from recorder.reorder import Arrived

_LEFT_OUT = frozenset({TEMPORAL_DELIMITER, TILE_LIST, PADDING})
_SHOWN_KEY_FRAME = 0x10
"""show_existing_frame 0, frame_type 0 (KEY_FRAME), show_frame 1: the first four bits of a frame header."""


class Av1Frames:
    """AV1: the elements of one timestamp, cut and joined as the aggregation headers say."""

    def __init__(self) -> None:
        self._unit: Unit | None = None
        self._begins: list[int] = []
        """Which parts of the unit begin an element."""
        self._goes_on = False

    def push(self, arrived: Arrived) -> Sequence[Frame]:
        packet = arrived.packet
        if not packet.payload:
            return ()
        frames = self._end() if self._unit is not None and self._unit.timestamp != packet.timestamp else []
        elements = split_elements(packet.payload)
        continues = bool(packet.payload[0] & 0x80)
        if self._unit is None:
            if continues:  # its beginning is missing
                return frames
            self._unit = Unit(arrived)
        if continues is not self._goes_on:
            raise MalformedPacket("AV1 unit goes on where none is open, or does not")
        self._take(self._unit, arrived, elements, continues)
        self._goes_on = bool(packet.payload[0] & 0x40)
        return frames + self._end() if packet.marker else frames

    def reset(self) -> None:
        self._unit = None
        self._begins = []
        self._goes_on = False

    def least_number(self) -> int | None:
        return self._unit.number if self._unit is not None else None

    def parameters(self) -> list[bytes]:
        return []

    def _take(self, unit: Unit, arrived: Arrived, elements: list[bytes], continues: bool) -> None:
        for place, element in enumerate(elements):
            if place or not continues:
                self._begins.append(len(unit.parts))
            unit.add(arrived, element)

    def _end(self) -> list[Frame]:
        unit, begins, cut = self._unit, self._begins, self._goes_on
        self.reset()
        if unit is None or cut:
            return []
        ends = [*begins[1:], len(unit.parts)]
        units = [read_unit(b"".join(unit.parts[first:end])) for first, end in zip(begins, ends, strict=True)]
        kept = [one for one in units if one.kind not in _LEFT_OUT]
        if not kept:
            return []
        body = b"".join(one.sized for one in kept)
        sequence = next((one for one in kept if one.kind == SEQUENCE_HEADER), None)
        if sequence is None or not _begins_with_key_frame(kept):
            return [unit.frame(body, False, (0, 0), b"")]
        said = read_sequence(sequence.content)
        return [unit.frame(body, True, (said.width, said.height), sequence.sized)]


def _begins_with_key_frame(units: Sequence[Obu]) -> bool:
    first = next((one for one in units if one.kind in (FRAME, FRAME_HEADER)), None)
    return first is not None and bool(first.content) and first.content[0] & 0xF0 == _SHOWN_KEY_FRAME


def split_elements(payload: bytes) -> list[bytes]:
    """The unit elements of one packet (section 4.4): W says how many, 0 that each has its length. Raises
    MalformedPacket."""
    count = payload[0] >> 4 & 0x03
    elements: list[bytes] = []
    at = 1
    while at < len(payload):
        if count and len(elements) == count - 1:
            elements.append(payload[at:])
            break
        size, at = unpack_leb128(payload, at)
        if at + size > len(payload):
            raise MalformedPacket("AV1 element shorter than it says")
        elements.append(payload[at : at + size])
        at += size
    if not elements or (count and len(elements) != count):
        raise MalformedPacket("AV1 packet with other elements than it says")
    return elements


def starts_av1_key_frame(payload: bytes) -> bool:
    """Whether a coded video sequence begins with this packet: N without Z."""
    return len(payload) > 1 and payload[0] & 0x88 == 0x08
