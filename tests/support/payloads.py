"""Encoded pictures cut into RTP payloads as RFC 9628 (VP9) and the AV1 payload format say, for tests."""

_MOST = 1100


def vp9_payloads(frame: bytes, key: bool, picture: int) -> list[bytes]:
    """Non-flexible mode with a picture id of two bytes; a key frame carries a scalability structure."""
    pieces = _cut(frame)
    payloads = []
    for place, piece in enumerate(pieces):
        begins, ends = place == 0, place == len(pieces) - 1
        structure = begins and key
        first = 0x80 | (0 if key else 0x40) | (0x08 if begins else 0) | (0x04 if ends else 0)
        head = bytes([first | (0x02 if structure else 0), 0x80 | picture >> 8 & 0x7F, picture & 0xFF])
        payloads.append(head + (_STRUCTURE if structure else b"") + piece)
    return payloads


_STRUCTURE = bytes([0x18, 0x01, 0x40, 0x00, 0xB4, 0x02, 0x04, 0x01, 0x28, 0x01, 0x02])
"""One layer (Y: 320 by 180), a group (G) of two pictures: the first with one reference, the second with two."""


def av1_payloads(unit: bytes, key: bool) -> list[bytes]:
    """A temporal unit without its delimiter and without sizes, its units one after another, cut where a packet is
    full; W counts the elements of a packet as far as it can."""
    packets: list[list[bytes]] = [[]]
    continues = [False]
    for obu in _units(unit):
        left = obu
        while left:
            room = _MOST - sum(map(len, packets[-1]))
            packets[-1].append(left[:room])
            left = left[room:]
            if left:
                packets.append([])
                continues.append(True)
    payloads = []
    for place, elements in enumerate(packets):
        open_end = place + 1 < len(packets) and continues[place + 1]
        first = (0x80 if continues[place] else 0) | (0x40 if open_end else 0) | (0x08 if key and place == 0 else 0)
        payloads.append(_aggregate(first, elements))
    return payloads


def _aggregate(first: int, elements: list[bytes]) -> bytes:
    if len(elements) > 3:
        return bytes([first]) + b"".join(_leb128(len(one)) + one for one in elements)
    sized = b"".join(_leb128(len(one)) + one for one in elements[:-1])
    return bytes([first | len(elements) << 4]) + sized + elements[-1]


def _units(unit: bytes) -> list[bytes]:
    """Without sizes; the temporal delimiter left out."""
    found = []
    at = 0
    while at < len(unit):
        head = unit[at]
        start = at + (2 if head & 0x04 else 1)
        size = shift = 0
        while True:
            byte = unit[start]
            start += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if head >> 3 & 0x0F != 2:
            found.append(
                bytes([head & ~0x02]) + (unit[at + 1 : at + 2] if head & 0x04 else b"") + unit[start : start + size]
            )
        at = start + size
    return found


def _leb128(value: int) -> bytes:
    packed = bytearray()
    while value > 0x7F:
        packed.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*packed, value])


def _cut(body: bytes) -> list[bytes]:
    return [body[start : start + _MOST] for start in range(0, len(body), _MOST)]
