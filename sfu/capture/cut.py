"""What of a packet may lie in a debug file: never anything that somebody says or shows. Pure.

Of RTP the fixed header, CSRCs and header extensions. Of RTCP the reports and feedback alone: the text of SDES and BYE,
what applications define (APP, and whatever a later standard brings) is left out, for anybody may write anything there.
"""

from sfu.core.rtp import HEADER_SIZE

LONGEST_EXTENSION = 64
"""Bytes. Ours are 20 at most; what a changed client hides behind a longer one is none of a debug file's business."""
LONGEST_CONTROL = 256
"""Of one RTCP packet: reports of nine sources, or 60 NACK pairs."""

_SENDER_REPORT, _RECEIVER_REPORT, _TRANSPORT, _PICTURE = 200, 201, 205, 206
_APPLICATION_LAYER = 15
"""Of payload-specific feedback (RFC 4585 §6.4), where REMB lives."""
_REMB_AT = 12


def cut_rtp(packet: bytes | bytearray) -> bytes:
    """The packet's header; the fixed part alone where the rest is malformed or too long."""
    first = packet[0]
    end = HEADER_SIZE + (first & 0x0F) * 4
    if first & 0x10 and end + 4 <= len(packet):
        size = 4 + int.from_bytes(packet[end + 2 : end + 4], "big") * 4
        end = end + size if size <= LONGEST_EXTENSION else HEADER_SIZE
    return bytes(packet[: end if end <= len(packet) else HEADER_SIZE])


def cut_rtcp(compound: bytes) -> bytes:
    """A compound of those packets that may be seen; empty when there are none."""
    kept, at = bytearray(), 0
    while at + 4 <= len(compound):
        end = at + 4 + int.from_bytes(compound[at + 2 : at + 4], "big") * 4
        if end > len(compound):
            break
        if _may_be_seen(compound[at:end]):
            kept += compound[at:end]
        at = end
    return bytes(kept)


def _may_be_seen(packet: bytes) -> bool:
    if packet[0] & 0x20 or len(packet) > LONGEST_CONTROL:  # padding may hold anything
        return False
    if packet[1] in (_SENDER_REPORT, _RECEIVER_REPORT):
        return len(packet) == _report_size(packet)
    if packet[1] == _PICTURE and packet[0] & 0x1F == _APPLICATION_LAYER:
        return packet[_REMB_AT : _REMB_AT + 4] == b"REMB"
    return packet[1] in (_TRANSPORT, _PICTURE)


def _report_size(packet: bytes) -> int:
    """Without a profile's own extension (RFC 3550 §6.4.3), which may hold anything."""
    return (28 if packet[1] == _SENDER_REPORT else 8) + (packet[0] & 0x1F) * 24
