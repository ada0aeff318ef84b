"""Retransmissions on a stream of their own (RFC 4588): what a publisher's repair and repeat; those for a receiver."""

from bridge.ids import Ssrc
from sfu.core.down import DownTrack
from sfu.core.link import Link
from sfu.core.ring import Kept
from sfu.core.rtp import HEADER, HEADER_SIZE, extension, payload_bounds
from sfu.core.seam import RepairSpec, UpSpec
from sfu.core.up import UpTrack

_OSN = 2
"""Bytes of the original sequence number, in front of the original payload (§4)."""


def repaired_source(link: Link, packet: bytes) -> UpTrack | None:
    """The source that this packet of an unknown SSRC repairs; None when it is no retransmission of one that has begun.

    Told by FID (RFC 5576), else by MID (RFC 8843 §9.2), else it is the only one repaired under this payload type.
    Raises MalformedPacket.
    """
    _, second, _, _, ssrc = HEADER.unpack_from(packet)
    payload_type = second & 0x7F
    known = link.repairs.get(ssrc)
    if known is None:
        known = _told(link, packet, ssrc, payload_type)
        if known is None:
            return None
        _remember(link, ssrc, known)
    return known if payload_type in known.spec.repairs.formats else None


def restore(packet: bytes, up: UpTrack) -> bytes | None:
    """The original packet; None when there is none in it (padding by which a sender probes its line).

    Header extensions stay as they are: they belong to this sending. Raises MalformedPacket.
    """
    start, end = payload_bounds(packet)
    if end - start < _OSN:
        return None
    first, second, _, timestamp, _ = HEADER.unpack_from(packet)
    original = up.spec.repairs.formats[second & 0x7F]
    sequence = int.from_bytes(packet[start : start + _OSN], "big")
    head = HEADER.pack(first, second & 0x80 | original, sequence, timestamp, up.ssrc)
    return head + packet[HEADER_SIZE:start] + packet[start + _OSN :]


def pack_repair(down: DownTrack, repair: RepairSpec, kept: Kept) -> bytes:
    """The retransmission of a packet for one receiver; takes the next sequence number of its stream."""
    template = kept.template
    start, _ = payload_bounds(template)
    sequence = down.repair_sequence
    down.repair_sequence = sequence + 1
    second = kept.marker | repair.payload_type
    timestamp = kept.timestamp + down.timestamp_shift & 0xFFFFFFFF
    head = HEADER.pack(template[0], second, sequence & 0xFFFF, timestamp, repair.ssrc)
    original = (kept.number + down.shift & 0xFFFF).to_bytes(_OSN, "big")
    return head + template[HEADER_SIZE:start] + original + template[start:]


def _told(link: Link, packet: bytes, ssrc: int, payload_type: int) -> UpTrack | None:
    repaired = [up for up in link.ups.values() if payload_type in up.spec.repairs.formats]
    for up in repaired:
        if up.spec.repairs.ssrcs.get(Ssrc(ssrc)) == up.ssrc:
            return up
    for up in repaired:
        if _says_mid(packet, up.spec):
            return up
    return repaired[0] if len(repaired) == 1 and not repaired[0].spec.repairs.ssrcs else None


def _says_mid(packet: bytes, spec: UpSpec) -> bool:
    return spec.mid_extension is not None and extension(packet, spec.mid_extension) == spec.mid.encode()


def _remember(link: Link, ssrc: int, up: UpTrack) -> None:
    """One SSRC for each source, so that a peer cannot fill the memory: MID is no longer said once it is known."""
    for other in [other for other, repaired in link.repairs.items() if repaired is up]:
        del link.repairs[other]
    link.repairs[ssrc] = up
