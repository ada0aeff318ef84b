"""Redundant sound (RFC 2198): each packet repeats the ones before it, so that a lost one costs nothing.

What is kept of a source that sends so is always framed as RED, with or without redundancy: one form for all who take
it, and the plain packet of all others can be cut out of it at any time, the same bytes each time.
"""

from typing import NamedTuple

from bridge.errors import MalformedPacket
from sfu.core.ring import Kept
from sfu.core.rtp import payload_bounds

BLOCK_TYPE = 111
"""Payload type inside the RED of every downlink (a test compares it with what ``sfu.sdp`` offers)."""
_MORE = 0x80
_HEAD = 4
_BLOCKS = 8
"""Chromium sends one copy, other clients two; more than this many is no sound."""


class Block(NamedTuple):
    """One copy: so many packets ``back``, ``offset`` earlier in units of the clock."""

    back: int
    offset: int
    payload: bytes


class Redundant(NamedTuple):
    """``older``: copies of packets before, oldest first; ``primary``: what this packet is about."""

    older: list[Block]
    primary: bytes


def parse_red(payload: bytes, inside: int) -> Redundant:
    """The payload's blocks; copies of another payload type than ``inside`` are left out. Raises MalformedPacket."""
    heads, position = _heads(payload)
    older = []
    for at, (kind, offset, size) in enumerate(heads):
        if kind == inside and size and offset:
            older.append(Block(len(heads) - at, offset, payload[position : position + size]))
        position += size
    kind = payload[_HEAD * len(heads)] & 0x7F
    if kind != inside or position >= len(payload):
        raise MalformedPacket("RED without a primary block")
    return Redundant(older, payload[position:])


def pack_red(redundant: Redundant) -> bytes:
    """As every downlink gets it."""
    kind = (_MORE | BLOCK_TYPE) << 24
    words = [kind | block.offset << 10 | len(block.payload) for block in redundant.older]
    heads = b"".join(word.to_bytes(_HEAD, "big") for word in words) + bytes((BLOCK_TYPE,))
    return heads + b"".join(block.payload for block in redundant.older) + redundant.primary


def without_redundancy(kept: Kept) -> Kept:
    """For receivers that do not take RED: the same bytes whenever it is asked for again."""
    start, end = payload_bounds(kept.template)
    if start == end:
        return kept
    body = kept.template[start:]
    heads, position = _heads(body)
    primary = body[position + sum(size for _, _, size in heads) :]
    return kept._replace(template=kept.template[:start] + primary)


def _heads(payload: bytes) -> tuple[list[tuple[int, int, int]], int]:
    """(payload type, offset, length) of each copy, and where the first begins. Raises MalformedPacket."""
    heads: list[tuple[int, int, int]] = []
    position = 0
    while position < len(payload) and payload[position] & _MORE:
        if position + _HEAD > len(payload) or len(heads) == _BLOCKS:
            raise MalformedPacket("RED headers are cut off, or too many")
        word = int.from_bytes(payload[position : position + _HEAD], "big")
        heads.append((word >> 24 & 0x7F, word >> 10 & 0x3FFF, word & 0x3FF))
        position += _HEAD
    if position >= len(payload):
        raise MalformedPacket("RED without a primary block")
    return heads, position + 1
