"""A debug file: what it holds, and above all what it does not."""

import os
from ipaddress import ip_address

import pytest
from aiortc.rtp import RtcpByePacket, RtcpPsfbPacket, RtcpSdesPacket, RtcpSourceInfo
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.ids import NS_PER_S, MonoNs, UtcNs
from sfu.capture import capture as capture_module
from sfu.capture.capture import Capture, Line
from sfu.capture.cut import LONGEST_EXTENSION, cut_rtcp, cut_rtp
from sfu.core.rtcp import pack_nack, pack_pli, pack_receiver_report, pack_remb
from sfu.core.seam import Address
from tests.support.pcapng import read
from tests.support.sfu_core import ANN, CoreRoom
from tests.support.sfu_peer import KEY, rtp

OWN: Address = ("10.20.0.5", 8081)
ANNS: Address = ("192.0.2.7", 40_000)
BOBS: Address = ("192.0.2.8", 40_001)
SAID = bytes(range(200, 256)) * 4
"""What somebody says: no run of it stands in any header."""


class Clock:
    """A minute past a known second."""

    def mono(self) -> MonoNs:
        """A fixed moment."""
        return MonoNs(60 * NS_PER_S)

    def utc(self) -> UtcNs:
        """The wall clock at it."""
        return UtcNs(1_800_000_000 * NS_PER_S)


def made() -> Capture:
    capture = Capture(Clock(), OWN, "room r participant p", "diemcau 0.1.0")
    capture.places = {ANNS: Line.UPLINK, BOBS: Line.DOWNLINK}
    return capture


def runs(content: bytes, size: int = 4) -> set[bytes]:
    return {content[at : at + size] for at in range(len(content) - size + 1)}


def test_headers_of_both_directions_and_nothing_of_anybody_else() -> None:
    capture = made()
    up = rtp(7, 9000, ssrc=5, payload=SAID, elements=b"\x10\x87\0\0")
    capture.datagram(True, up, ANNS)
    capture.datagram(False, bytearray(rtp(8, 9000, payload=SAID)), BOBS)
    capture.datagram(True, rtp(9, payload=SAID), ("192.0.2.9", 1))
    file = read(capture.end())
    assert file.interfaces == ["uplink", "downlink"]
    assert file.comment.startswith("room r participant p; headers only, payload was cut in the node; ")
    first, second = file.packets
    assert (first.interface, first.inbound, first.source, first.target) == (0, True, ANNS, OWN)
    assert (second.interface, second.inbound, second.source, second.target) == (1, False, OWN, BOBS)
    assert (first.kept, first.length) == (up[:20], len(up))
    assert (len(second.kept), second.length) == (12, 12 + len(SAID))
    assert first.at_ns == Clock().utc()
    assert file.counts == {0: (1, 0), 1: (1, 0)}


def test_no_run_of_the_payload_is_in_the_file() -> None:
    capture = made()
    for number in range(50):
        capture.datagram(True, rtp(number, payload=SAID), ANNS)
        capture.datagram(False, rtp(number, payload=SAID, padding=4), BOBS)
    capture.control(Line.UPLINK, True, bytes(RtcpByePacket(sources=[1])) + b"\x81\xcc" + b"\0\x06" + SAID[:24])
    assert not runs(capture.end()) & runs(SAID)


@settings(deadline=None)
@given(st.binary(min_size=12, max_size=1500).map(lambda raw: bytes([raw[0] & 0x3F | 0x80]) + raw[1:]))
def test_of_any_packet_no_more_than_its_header_is_kept(packet: bytes) -> None:
    kept = cut_rtp(packet)
    assert packet.startswith(kept)
    assert 12 <= len(kept) <= 12 + 15 * 4 + LONGEST_EXTENSION


def test_an_extension_that_is_longer_than_any_of_ours_is_cut_too() -> None:
    packet = rtp(1, elements=SAID[:80], payload=b"")
    assert cut_rtp(packet) == packet[:12]


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_of_any_compound_only_reports_and_feedback_are_kept(compound: bytes) -> None:
    kept, at = cut_rtcp(compound), 0
    while at < len(kept):
        assert kept[at + 1] in (200, 201, 205, 206)
        at += 4 + int.from_bytes(kept[at + 2 : at + 4], "big") * 4
    assert at == len(kept)


def test_reports_and_feedback_stay_and_texts_go() -> None:
    name = bytes(RtcpSdesPacket(chunks=[RtcpSourceInfo(ssrc=1, items=[(1, b"somebody's name")])]))
    useful = [pack_receiver_report(1), pack_nack(1, 2, [3, 4]), pack_pli(1, 2), pack_remb(1, 500_000, [2])]
    strange = bytes(RtcpPsfbPacket(fmt=15, ssrc=1, media_ssrc=0, fci=b"TEXT" + SAID[:24]))
    profile = b"\x80\xc9\x00\x07" + bytes(4) + SAID[:24]
    bye = b"\x81\xcb\x00\x03" + bytes(4) + b"\x07reason "
    assert cut_rtcp(useful[0] + name + b"".join(useful[1:]) + strange + profile + bye) == b"".join(useful)


def test_a_full_file_ends_by_saying_what_it_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_module, "MOST_BYTES", 1000)
    capture = made()
    for number in range(100):
        capture.datagram(True, rtp(number), ANNS)
    content = capture.end()
    file = read(content)
    assert len(content) < 2000
    assert file.counts[0] == (100, 100 - len(file.packets))


def test_ipv6_and_mapped_addresses() -> None:
    capture = Capture(Clock(), ("2001:db8::1", 8081, 0, 0), "r", "d")
    capture.places = {("2001:db8::2", 4, 0, 0): Line.UPLINK, ("::ffff:192.0.2.7", 5, 0, 0): Line.DOWNLINK}
    for place in capture.places:
        capture.datagram(True, rtp(1), place)
    found = [ip_address(packet.source[0]) for packet in read(capture.end()).packets]
    assert found == [ip_address("2001:db8::2"), ip_address("::ffff:192.0.2.7")]


def test_the_core_shows_rtcp_in_the_clear_and_is_as_before_afterwards() -> None:
    room = CoreRoom()
    room.expect()
    room.feed(rtp(1, payload=KEY))
    heard: list[tuple[bool, bytes]] = []
    assert room.core.listen(ANN, lambda inbound, compound: heard.append((inbound, compound)))
    report = pack_receiver_report(1)
    room.tell(room.ann, report)
    out = room.tick(NS_PER_S)
    assert heard[0] == (True, report)
    assert [inbound for inbound, _ in heard[1:]] == [False]
    assert room.ann.controls(out)
    assert room.core.listen(ANN, None)
    room.tell(room.ann, report + pack_pli(1, 2))
    room.core.request_key_frame(room.core.take_events()[0].up)
    assert room.ann.controls(room.tick(NS_PER_S))
    assert len(heard) == 2
    assert not room.core.listen(room.links[0].__class__(99), None)


def test_random_bytes_make_a_file_that_can_be_read() -> None:
    capture = made()
    for _ in range(200):
        capture.datagram(True, os.urandom(100), ANNS)
        capture.control(Line.DOWNLINK, False, os.urandom(100))
    read(capture.end())
