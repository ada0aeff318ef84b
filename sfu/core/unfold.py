"""Redundant sound of a publisher, taken apart: the plain packet it is about, and those before it that are missing.

The tap so gets plain packets as from any other source, and what a copy makes up for reaches recorder and receivers at
once, before anything is asked for again.
"""

from typing import NamedTuple

from sfu.core.red import Block, Redundant, pack_red, parse_red
from sfu.core.rtp import HEADER, HEADER_SIZE, payload_bounds, unwrap
from sfu.core.up import UpTrack


class Unfolded(NamedTuple):
    """``recovered``: plain packets that never came, oldest first; ``packet``: the plain one; ``red``: the payload for
    who takes redundancy, empty when there is nothing in the packet."""

    recovered: list[bytes]
    packet: bytes
    red: bytes


def unfold(up: UpTrack, packet: bytes) -> Unfolded:
    """A packet of ``up.red_type``. Copies of what was dropped on purpose are left out: what was said behind a closed
    gate does not come out with the first packet after it. Raises MalformedPacket."""
    start, end = payload_bounds(packet)
    if start == end:
        return Unfolded([], _plain(packet, start, up.inside, b""), b"")
    said = parse_red(packet[start:end], up.inside)
    _, _, sequence, timestamp, _ = HEADER.unpack_from(packet)
    extended = unwrap(sequence, up.highest)
    older = [block for block in said.older if up.forwards(extended - block.back)]
    missing = [block for block in older if up.lacks(extended - block.back, timestamp - block.offset)]
    return Unfolded(
        [_copied(packet, up.inside, block) for block in missing],
        _plain(packet, start, up.inside, said.primary),
        pack_red(Redundant(older, said.primary)),
    )


def _plain(packet: bytes, start: int, payload_type: int, primary: bytes) -> bytes:
    """The packet that would have carried the primary block alone, without padding."""
    first, second, sequence, timestamp, ssrc = HEADER.unpack_from(packet)
    head = HEADER.pack(first & ~0x20, second & 0x80 | payload_type, sequence, timestamp, ssrc)
    return head + packet[HEADER_SIZE:start] + primary


def _copied(packet: bytes, payload_type: int, block: Block) -> bytes:
    """The packet before this one that a copy stands for."""
    _, _, sequence, timestamp, ssrc = HEADER.unpack_from(packet)
    earlier = timestamp - block.offset & 0xFFFFFFFF
    return HEADER.pack(0x80, payload_type, sequence - block.back & 0xFFFF, earlier, ssrc) + block.payload
