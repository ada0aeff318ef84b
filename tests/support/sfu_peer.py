"""The other end of one link of the forwarding core: protects what a browser would send, reads what it would get."""

import struct

from pylibsrtp import Error, Policy, Session

from sfu.core.rtcp import parse_rtcp
from sfu.core.seam import Address, Datagram, SrtpKeys

GCM = Policy.SRTP_PROFILE_AEAD_AES_256_GCM
CM = Policy.SRTP_PROFILE_AES128_CM_SHA1_80
_SIZES = {GCM: 44, CM: 30}


def keys(seed: int, profile: int = GCM) -> SrtpKeys:
    """Different for each seed and direction."""
    size = _SIZES[profile]
    return SrtpKeys(profile, bytes([seed]) * size, bytes([seed ^ 0xFF]) * size)


def rtp(
    sequence: int,
    timestamp: int = 0,
    ssrc: int = 1,
    payload_type: int = 96,
    payload: bytes = b"\x10\x01payload",
    marker: bool = False,
    elements: bytes = b"",
    padding: int = 0,
) -> bytes:
    """One RTP packet; ``elements``: one-byte header extension elements, a multiple of 4 long."""
    first = 0x80 | (0x10 if elements else 0) | (0x20 if padding else 0)
    second = payload_type | (0x80 if marker else 0)
    header = struct.pack("!BBHII", first, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
    if elements:
        header += b"\xbe\xde" + struct.pack("!H", len(elements) // 4) + elements
    tail = bytes(padding - 1) + bytes([padding]) if padding else b""
    return header + payload + tail


def rtx(osn: int, sequence: int, payload: bytes = b"\x10\x01payload", timestamp: int = 0, ssrc: int = 9) -> bytes:
    """The retransmission (payload type 97) of a packet that :func:`rtp` makes: RFC 4588 §4."""
    return rtp(sequence, timestamp, ssrc, 97, struct.pack("!H", osn & 0xFFFF) + payload)


KEY = b"\x10\x00key frame"
"""A VP8 payload that starts a key frame; :func:`rtp`'s own does not."""


class Peer:
    """``seed`` as given to :func:`keys`, ``address`` where it is."""

    def __init__(self, seed: int, address: Address, profile: int = GCM) -> None:
        self.address = address
        self.keys = keys(seed, profile)
        self._send = Session(_policy(profile, self.keys.receive, Policy.SSRC_ANY_OUTBOUND))
        self._receive = Session(_policy(profile, self.keys.send, Policy.SSRC_ANY_INBOUND))

    def rtp(self, packet: bytes) -> bytes:
        """The datagram of this packet."""
        return self._send.protect(packet)

    def rtcp(self, packet: bytes) -> bytes:
        """The datagram of this compound."""
        return self._send.protect_rtcp(packet)

    def mine(self, out: list[Datagram]) -> list[bytes]:
        """Those of the datagrams that are sent here."""
        return [bytes(datagram) for datagram, address in out if address == self.address]

    def packets(self, out: list[Datagram]) -> list[bytes]:
        """The RTP packets among those sent here, decrypted; what came before is not there again."""
        found = []
        for datagram in self.mine(out):
            if not 192 <= datagram[1] <= 223:
                try:
                    found.append(self._receive.unprotect(datagram))
                except Error:
                    continue
        return found

    def controls(self, out: list[Datagram]) -> list[object]:
        """The RTCP packets among those sent here."""
        return [packet for compound in self.compounds(out) for packet in parse_rtcp(compound)]

    def compounds(self, out: list[Datagram]) -> list[bytes]:
        """The RTCP compounds among those sent here, decrypted."""
        return [self._receive.unprotect_rtcp(d) for d in self.mine(out) if 192 <= d[1] <= 223]


def header(packet: bytes) -> tuple[int, int, int, int, bool]:
    """(payload type, sequence, timestamp, ssrc, marker)."""
    _, second, sequence, timestamp, ssrc = struct.unpack_from("!BBHII", packet)
    return second & 0x7F, sequence, timestamp, ssrc, bool(second & 0x80)


def _policy(profile: int, key: bytes, direction: int) -> Policy:
    policy = Policy(key=key, ssrc_type=direction, srtp_profile=profile)
    policy.allow_repeat_tx = True
    policy.window_size = 1024
    return policy
