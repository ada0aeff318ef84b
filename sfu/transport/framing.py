"""RFC 4571 framing: datagrams over a stream, each after its length in two bytes. No I/O."""

import struct

from bridge.errors import MalformedPacket

LONGEST = 2048
"""Bytes of a datagram, as over UDP; RFC 4571 would allow 65 535, which nobody needs and an attacker would like."""
_LENGTH = struct.Struct("!H")


def pack_frame(datagram: bytes | bytearray) -> bytes:
    """The datagram as it goes over a stream."""
    return _LENGTH.pack(len(datagram)) + datagram


class Deframer:
    """Cuts a stream into datagrams again. Keeps at most one unfinished frame."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, octets: bytes) -> list[bytes]:
        """The datagrams that are whole now; those of length 0 say nothing (RFC 4571 §2) and are left out.

        Raises MalformedPacket for one that is too long: nothing after it can be told apart.
        """
        stream = self._rest + octets if self._rest else octets
        found: list[bytes] = []
        at, end = 0, len(stream)
        while end - at >= 2:
            size = stream[at] << 8 | stream[at + 1]
            if size > LONGEST:
                raise MalformedPacket(f"frame of {size} bytes")
            if end - at - 2 < size:
                break
            if size:
                found.append(stream[at + 2 : at + 2 + size])
            at += 2 + size
        self._rest = stream[at:]
        return found
