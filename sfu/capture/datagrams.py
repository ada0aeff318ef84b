"""IP and UDP headers around what was cut, so that every analyser knows what it sees. Pure.

The lengths are those of the whole datagram: analysers then say themselves that the rest was not captured.
"""

import struct
from ipaddress import IPv4Address, IPv6Address, ip_address

from sfu.core.seam import Address

_UDP = 17
_TTL = 64
_DO_NOT_FRAGMENT = 0x4000
_V4 = struct.Struct("!BBHHHBBH4s4s")
_V6 = struct.Struct("!IHBB16s16s")
_UDP_HEAD = struct.Struct("!HHHH")


def headers(source: Address, target: Address, length: int) -> bytes:
    """IPv4 or IPv6, and UDP, before a payload of ``length`` bytes. UDP's checksum is 0: it went with the payload."""
    size = _UDP_HEAD.size + length
    udp = _UDP_HEAD.pack(source[1], target[1], size, 0)
    one, other = _plain(source), _plain(target)
    if isinstance(one, IPv4Address) and isinstance(other, IPv4Address):
        return _ipv4(one.packed, other.packed, size) + udp
    return _V6.pack(6 << 28, size, _UDP, _TTL, _wide(one), _wide(other)) + udp


def _ipv4(source: bytes, target: bytes, size: int) -> bytes:
    fields = (0x45, 0, _V4.size + size, 0, _DO_NOT_FRAGMENT, _TTL, _UDP)
    return _V4.pack(*fields, _checksum(_V4.pack(*fields, 0, source, target)), source, target)


def _checksum(header: bytes) -> int:
    """RFC 1071."""
    total = sum(header[0::2]) * 256 + sum(header[1::2])
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def _plain(address: Address) -> IPv4Address | IPv6Address:
    """An IPv4 address that a socket for both families shows in IPv6 is one."""
    found = ip_address(address[0].partition("%")[0])
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def _wide(address: IPv4Address | IPv6Address) -> bytes:
    return address.packed if isinstance(address, IPv6Address) else b"\0" * 10 + b"\xff\xff" + address.packed
