"""Whatever bytes come: a value or MalformedPacket, and headers read where they are."""

import struct

import pytest
from aiortc.rtp import RtcpPsfbPacket, RtcpRrPacket
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import MalformedPacket
from bridge.media import Codec
from sfu.core.keyframes import starts_key_frame
from sfu.core.reception import ReportBlock
from sfu.core.rtcp import (
    Sent,
    pack_bye,
    pack_nack,
    pack_pli,
    pack_receiver_report,
    pack_remb,
    pack_sender_report,
    parse_rtcp,
    pictures_lost,
)
from sfu.core.rtp import extension, is_rtcp, payload_bounds, unwrap, unwrap_timestamp
from sfu.transport.stun import parse_check
from tests.support.sfu_peer import rtp

EDGES = (0, 1, 127, 128, 32_767, 32_768, 65_534, 65_535)
SENDER_REPORT = pack_sender_report(Sent(1, 2, 3, 4, 5))
ANY_PACKET = st.binary(min_size=12, max_size=200)


@given(st.binary(max_size=300))
def test_rtcp_is_a_value_or_malformed(data: bytes) -> None:
    try:
        assert isinstance(parse_rtcp(data), list)
    except MalformedPacket:
        return


@given(
    st.lists(
        st.tuples(st.integers(0, 31), st.integers(192, 223), st.binary(max_size=60)).map(
            lambda p: bytes([0x80 | p[0], p[1]]) + (len(p[2]) // 4).to_bytes(2, "big") + p[2][: len(p[2]) // 4 * 4]
        ),
        max_size=4,
    )
)
def test_rtcp_of_the_right_frame_and_any_body(packets: list[bytes]) -> None:
    try:
        for packet in parse_rtcp(b"".join(packets)):
            if isinstance(packet, RtcpPsfbPacket):
                pictures_lost(packet)
    except MalformedPacket:
        return


@given(ANY_PACKET, st.integers(0, 15))
def test_rtp_is_a_value_or_malformed(data: bytes, identifier: int) -> None:
    try:
        start, end = payload_bounds(data)
        assert 12 <= start <= end <= len(data)
        extension(data, identifier)
    except MalformedPacket:
        return


@given(st.binary(max_size=80), st.sampled_from(list(Codec)))
def test_key_frames_never_raise(payload: bytes, codec: Codec) -> None:
    assert starts_key_frame(codec, payload) in (True, False)


@given(st.binary(max_size=200))
def test_stun_is_a_value_or_malformed(data: bytes) -> None:
    with pytest.raises(MalformedPacket):
        parse_check(data)


@given(st.binary(max_size=120))
def test_stun_with_the_right_head(data: bytes) -> None:
    head = b"\x00\x01" + len(data).to_bytes(2, "big") + bytes.fromhex("2112a442") + bytes(12)
    try:
        parse_check(head + data)
    except MalformedPacket:
        return


@pytest.mark.parametrize("near", [*EDGES, 70_000, 10**9])
@pytest.mark.parametrize("step", [-32_767, -1, 0, 1, 100, 32_767])
def test_unwrap_finds_the_closest(near: int, step: int) -> None:
    assert unwrap((near + step) & 0xFFFF, near) == near + step


@pytest.mark.parametrize("near", [0, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 10**12])
@pytest.mark.parametrize("step", [-(2**31) + 1, -1, 0, 3000, 2**31 - 1])
def test_unwrap_timestamps(near: int, step: int) -> None:
    assert unwrap_timestamp((near + step) & 0xFFFFFFFF, near) == near + step


def test_extension_elements() -> None:
    packet = rtp(1, elements=b"\x10\x30" + b"\x00" + b"\x41ab" + b"\x00\x00", payload=b"xyz", padding=4)
    assert extension(packet, 1) == b"\x30"
    assert extension(packet, 4) == b"ab"
    assert extension(packet, 5) is None
    start, end = payload_bounds(packet)
    assert packet[start:end] == b"xyz"
    assert extension(rtp(1), 1) is None


def test_two_byte_elements_and_the_end_mark() -> None:
    one_byte, two_byte = b"\xbe\xde\x00\x01\x10\x30\x00\x00", b"\x10\x00\x00\x01\x07\x01\x2a\x00"
    two = rtp(1, elements=one_byte[4:]).replace(one_byte, two_byte)
    assert extension(two, 7) == b"\x2a"
    ended = rtp(1, elements=b"\xf0\x00\x10\x30")
    assert extension(ended, 1) is None


def test_rtcp_is_told_by_its_type() -> None:
    assert is_rtcp(pack_receiver_report(1))
    assert not is_rtcp(rtp(1))
    assert not is_rtcp(b"")


def test_nack_across_the_turn() -> None:
    [first, second] = parse_rtcp(pack_nack(1, 2, [65_534, 65_535, 65_536, 65_540]))
    assert [first.lost, second.lost] == [[65_534, 65_535], [0, 4]]  # type: ignore[union-attr]


@given(st.sets(st.integers(0, 70_000), min_size=1, max_size=200))
def test_nack_says_what_is_asked(sequences: set[int]) -> None:
    asked = [at for at in sorted(sequences) if at - min(sequences) < 60_000]
    said = [lost for packet in parse_rtcp(pack_nack(1, 2, asked)) for lost in packet.lost]  # type: ignore[union-attr]
    assert said == [sequence & 0xFFFF for sequence in asked]


def test_own_packets_parse() -> None:
    compound = pack_receiver_report(1) + pack_pli(1, 2) + pack_remb(1, 1_500_000, [2, 3]) + pack_bye(1, 9)
    assert len(parse_rtcp(compound)) == 5


def part(kind: int, count: int, body: bytes) -> bytes:
    return struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body


UNKNOWN = {
    "an extended report's unknown block": part(207, 0, struct.pack("!IBBHI", 1, 99, 0, 1, 7)),
    "an extended report cut short": part(207, 0, b""),
    "an application's own": part(204, 5, struct.pack("!I4s", 1, b"name")),
    "a type of no standard": part(213, 31, b"\xff" * 12),
    "feedback on media of unknown form": part(205, 30, struct.pack("!III", 1, 2, 3)),
    "feedback on pictures of unknown form": part(206, 30, struct.pack("!III", 1, 2, 3)),
    "feedback on media without its head": part(205, 1, b"\0\0\0\1"),
    "a goodbye of fewer than it says": part(203, 9, b"\0\0\0\1"),
    "names that end nowhere": part(202, 1, b"\0\0\0\1\1\x40ab"),
}


@pytest.mark.parametrize("odd", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_an_odd_packet_takes_no_other_along(odd: bytes) -> None:
    report = pack_receiver_report(1, [ReportBlock(2, 3, 4, 5, 6, 7, 8)])
    packets = parse_rtcp(report + odd + pack_pli(1, 9))
    [told] = [packet for packet in packets if isinstance(packet, RtcpRrPacket)]
    assert (told.ssrc, [block.ssrc for block in told.reports]) == (1, [2])
    pictures = [packet for packet in packets if isinstance(packet, RtcpPsfbPacket)]
    assert [lost for packet in pictures for lost in pictures_lost(packet)] == [9]


@pytest.mark.parametrize("report", [pack_receiver_report(1, [ReportBlock(2, 3, 4, 5, 6, 7, 8)]), SENDER_REPORT])
def test_what_a_profile_adds_to_a_report_is_left_out(report: bytes) -> None:
    """RFC 3550 §6.4.3"""
    longer = report[:2] + struct.pack("!H", len(report) // 4) + report[4:] + b"more"
    [plain], [told, _] = parse_rtcp(report), parse_rtcp(longer + pack_pli(1, 9))
    assert bytes(told) == bytes(plain)


@pytest.mark.parametrize(
    "compound",
    [
        pack_receiver_report(1) + b"\x80\xc9\0\1",  # says more than there is
        pack_receiver_report(1) + b"\x80\xc9",
        pack_receiver_report(1) + b"\x40\xc9\0\0",  # of another version
        pack_receiver_report(1) + part(203, 9, b"") * 40,
        part(203, 9, b""),
    ],
)
def test_a_compound_whose_lengths_do_not_fit_is_malformed(compound: bytes) -> None:
    with pytest.raises(MalformedPacket):
        parse_rtcp(compound)


VP8_KEYS = [b"\x10\x00", b"\x90\x80\x01\x00", b"\x90\x80\x81\x01\x00", b"\x90\xe0\x81\x01\x05\x20\x00"]


@pytest.mark.parametrize("payload", VP8_KEYS)
def test_vp8_key_frames(payload: bytes) -> None:
    assert starts_key_frame(Codec.VP8, payload)
    assert not starts_key_frame(Codec.VP8, payload[:-1] + b"\x01"), "the bit says: no key frame"
    assert not starts_key_frame(Codec.VP8, bytes([payload[0] & ~0x10]) + payload[1:]), "not its start"
    assert not starts_key_frame(Codec.VP8, payload[:-1]), "cut short"


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"\x67\x42\x00", True),
        (b"\x65\x88", True),
        (b"\x78\x00\x02\x67\x42\x00\x01\x68", True),
        (b"\x78\x00\x01\x09\x00\x02\x65\x88", True),
        (b"\x7c\x85\x00", True),
        (b"\x7c\x05\x00", False),
        (b"\x7c\x81\x00", False),
        (b"\x41\x9a", False),
        (b"\x68\xce", False),
        (b"\x78\x00\x02\x41\x9a", False),
        (b"\x78\x00", False),
        (b"\x7c", False),
        (b"", False),
    ],
)
def test_h264_key_frames(payload: bytes, expected: bool) -> None:
    assert starts_key_frame(Codec.H264, payload) is expected


def test_sound_has_no_key_frames() -> None:
    assert not starts_key_frame(Codec.OPUS, b"\x10\x00")
