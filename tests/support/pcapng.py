"""Reads a pcapng file as the draft says (draft-ietf-opsawg-pcapng): written apart from the code that writes ours."""

from dataclasses import dataclass, field
from ipaddress import ip_address


@dataclass
class Packet:
    """An enhanced packet block, its IP and UDP headers taken off."""

    interface: int
    at_ns: int
    inbound: bool
    comment: str
    source: tuple[str, int]
    target: tuple[str, int]
    kept: bytes
    length: int
    """Of the UDP payload before it was cut."""


@dataclass
class Capture:
    """``interfaces``: their names; ``counts``: received and left out, by interface."""

    comment: str = ""
    interfaces: list[str] = field(default_factory=list)
    packets: list[Packet] = field(default_factory=list)
    counts: dict[int, tuple[int, int]] = field(default_factory=dict)


def read(content: bytes) -> Capture:
    """The whole file. Asserts everything that a reader relies on."""
    capture, at = Capture(), 0
    while at < len(content):
        kind, length = _u32(content, at), _u32(content, at + 4)
        assert length % 4 == 0
        assert _u32(content, at + length - 4) == length
        _block(capture, kind, content[at + 8 : at + length - 4])
        at += length
    assert at == len(content)
    return capture


def _block(capture: Capture, kind: int, body: bytes) -> None:
    if kind == 0x0A0D0D0A:
        assert body[:8] == bytes.fromhex("4d3c2b1a01000000")
        capture.comment = _options(body[16:])[1].decode()
    elif kind == 1:
        assert (body[:2], body[2:4]) == (b"\x65\0", b"\0\0")
        options = _options(body[8:])
        assert options[9] == b"\x09"
        capture.interfaces.append(options[2].decode())
    elif kind == 6:
        capture.packets.append(_packet(capture, body))
    else:
        assert kind == 5
        options = _options(body[12:])
        counts = int.from_bytes(options[4], "little"), int.from_bytes(options[5], "little")
        capture.counts[_u32(body, 0)] = counts


def _packet(capture: Capture, body: bytes) -> Packet:
    interface, kept, length = _u32(body, 0), _u32(body, 12), _u32(body, 16)
    assert interface < len(capture.interfaces)
    data, options = body[20 : 20 + kept], _options(body[20 + kept + -kept % 4 :])
    source, target, udp = _ip(data, length)
    assert int.from_bytes(data[udp + 4 : udp + 6], "big") == length - udp
    return Packet(
        interface=interface,
        at_ns=_u32(body, 4) << 32 | _u32(body, 8),
        inbound=_u32(options[2], 0) & 3 == 1,
        comment=options.get(1, b"").decode(),
        source=(source, int.from_bytes(data[udp : udp + 2], "big")),
        target=(target, int.from_bytes(data[udp + 2 : udp + 4], "big")),
        kept=data[udp + 8 :],
        length=length - udp - 8,
    )


def _ip(data: bytes, length: int) -> tuple[str, str, int]:
    """Both addresses, and where UDP begins."""
    if data[0] >> 4 == 6:
        assert data[6] == 17
        assert int.from_bytes(data[4:6], "big") == length - 40
        return str(ip_address(data[8:24])), str(ip_address(data[24:40])), 40
    assert (data[0], data[9]) == (0x45, 17)
    assert int.from_bytes(data[2:4], "big") == length
    total = sum(int.from_bytes(data[at : at + 2], "big") for at in range(0, 20, 2))
    assert total % 0xFFFF == 0, "IPv4 checksum"
    return str(ip_address(data[12:16])), str(ip_address(data[16:20])), 20


def _options(content: bytes) -> dict[int, bytes]:
    found, at = dict[int, bytes](), 0
    while at < len(content):
        code, size = int.from_bytes(content[at : at + 2], "little"), int.from_bytes(content[at + 2 : at + 4], "little")
        if code == 0:
            assert (size, at + 4) == (0, len(content))
            return found
        found[code] = content[at + 4 : at + 4 + size]
        at += 4 + size + -size % 4
    raise AssertionError("options without an end")


def _u32(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 4], "little")
