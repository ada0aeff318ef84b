"""RTCP on aiortc's codec: whatever comes in, either values or MalformedPacket; and the packets the node writes."""

import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from aiortc.rtp import (
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpByePacket,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSourceInfo,
    pack_remb_fci,
)

from bridge.errors import MalformedPacket
from sfu.core.reception import ReportBlock

_CNAME = 1
_BLOCKS = 31
_SENDER_REPORT = struct.Struct("!BBHIQIII")
_SSRC = struct.Struct("!I")
_FIR_ENTRY = 8
_HEAD = struct.Struct("!BBH")
_VERSION, _PADDED = 2, 0x20
_FIXED = {200: 24, 201: 4}
"""Bytes of a sender's and a receiver's report between head and blocks."""
_FAULTS = (ValueError, struct.error, IndexError, AssertionError, OverflowError)
"""What aiortc's codec lets escape."""
_MOST_PARTS = 32
"""Of a compound that is looked at one by one, for that costs 2 µs each; browsers send a handful."""


class Sent(NamedTuple):
    """What a sender report says of what the node sent on one SSRC."""

    ssrc: int
    ntp: int
    rtp: int
    packets: int
    octets: int
    cname: str = ""
    """Followed by SDES when given; whoever reports often keeps :func:`pack_name` instead."""


def parse_rtcp(compound: bytes) -> list[AnyRtcpPacket]:
    """The packets of a compound. What is of no type that we know, or is odd within its own length, is left out, and the
    others count (RFC 3550 §6.1, §6.4.3). Raises MalformedPacket where not even the lengths fit, or nothing is left."""
    try:
        return RtcpPacket.parse(compound)
    except _FAULTS as error:
        packets = [packet for part in _parts(compound) for packet in _sensible(part)]
        if not packets:
            raise MalformedPacket(f"RTCP: {error}") from error
        return packets


def _parts(compound: bytes) -> list[bytes]:
    """Each packet with its head; of reports without what a profile puts behind the blocks."""
    parts: list[bytes] = []
    at = 0
    while at < len(compound):
        if len(compound) < at + _HEAD.size:
            raise MalformedPacket(f"RTCP: {len(compound) - at} bytes behind the last packet")
        if len(parts) == _MOST_PARTS:
            raise MalformedPacket(f"RTCP: more than {_MOST_PARTS} packets, not all of them sensible")
        first, kind, length = _HEAD.unpack_from(compound, at)
        end = at + 4 * (length + 1)
        if first >> 6 != _VERSION or end > len(compound):
            raise MalformedPacket(f"RTCP: no packet of version 2 at {at} of {len(compound)} bytes")
        said = _FIXED.get(kind, 0) + 24 * (first & 0x1F)
        if kind in _FIXED and not first & _PADDED and 4 * length > said:
            parts.append(_HEAD.pack(first, kind, said // 4) + compound[at + 4 : at + 4 + said])
        else:
            parts.append(compound[at:end])
        at = end
    return parts


def _sensible(part: bytes) -> list[AnyRtcpPacket]:
    try:
        return RtcpPacket.parse(part)
    except _FAULTS:
        return []


def pictures_lost(packet: RtcpPsfbPacket) -> list[int]:
    """The SSRCs whose receiver asks for a key frame: PLI's media source, FIR's entries (RFC 5104 §4.3.1)."""
    if packet.fmt == RTCP_PSFB_PLI:
        return [packet.media_ssrc]
    if packet.fmt != RTCP_PSFB_FIR:
        return []
    whole = len(packet.fci) // _FIR_ENTRY * _FIR_ENTRY
    return [_SSRC.unpack_from(packet.fci, at)[0] for at in range(0, whole, _FIR_ENTRY)]


def pack_receiver_report(ssrc: int, blocks: Sequence[ReportBlock] = ()) -> bytes:
    """A receiver report; with no blocks it is the head a compound needs (RFC 3550 §6.1)."""
    infos = [
        RtcpReceiverInfo(
            ssrc=block.ssrc,
            fraction_lost=block.fraction,
            packets_lost=block.lost,
            highest_sequence=block.highest,
            jitter=block.jitter,
            lsr=block.lsr,
            dlsr=block.dlsr,
        )
        for block in blocks[:_BLOCKS]
    ]
    return bytes(RtcpRrPacket(ssrc=ssrc, reports=infos))


def pack_nack(ssrc: int, media: int, sequences: Iterable[int]) -> bytes:
    """Generic NACK. ``sequences`` extended and ascending."""
    lost = [sequence & 0xFFFF for sequence in sequences]
    return _pack_nack_pairs(ssrc, media, lost)


def _pack_nack_pairs(ssrc: int, media: int, lost: list[int]) -> bytes:
    """aiortc packs pairs by plain differences, which fail where 65535 is followed by 0: pack each side alone."""
    turn = next((at for at in range(1, len(lost)) if lost[at] < lost[at - 1]), len(lost))
    packed = bytes(RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=ssrc, media_ssrc=media, lost=lost[:turn]))
    return packed + (_pack_nack_pairs(ssrc, media, lost[turn:]) if turn < len(lost) else b"")


def pack_pli(ssrc: int, media: int) -> bytes:
    """Picture loss indication (RFC 4585 §6.3.1)."""
    return bytes(RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=ssrc, media_ssrc=media))


def pack_remb(ssrc: int, bitrate: int, medias: list[int]) -> bytes:
    """Receiver estimated maximum bitrate (draft-alvestrand-rmcat-remb-03)."""
    return bytes(RtcpPsfbPacket(fmt=15, ssrc=ssrc, media_ssrc=0, fci=pack_remb_fci(bitrate, medias)))


def pack_sender_report(sent: Sent) -> bytes:
    """Sender report without blocks. By hand: one a second for every receiver of every track."""
    packets, octets = sent.packets & 0xFFFFFFFF, sent.octets & 0xFFFFFFFF
    ntp = sent.ntp & 0xFFFFFFFFFFFFFFFF  # its seconds begin anew in 2036
    report = _SENDER_REPORT.pack(0x80, 200, 6, sent.ssrc, ntp, sent.rtp, packets, octets)
    return report + pack_name(sent.ssrc, sent.cname) if sent.cname else report


def pack_name(ssrc: int, cname: str) -> bytes:
    """SDES with the canonical name, to follow a sender report."""
    name = RtcpSourceInfo(ssrc=ssrc, items=[(_CNAME, cname.encode())])
    return bytes(RtcpSdesPacket(chunks=[name]))


def pack_bye(own: int, *gone: int) -> bytes:
    """A compound that says goodbye for these SSRCs."""
    return pack_receiver_report(own) + bytes(RtcpByePacket(sources=list(gone)))
