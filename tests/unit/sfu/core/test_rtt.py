"""Round trips of both directions, and the clocks that reports relate."""

import struct
from contextlib import suppress

import pytest
from aiortc.rtp import RtcpReceiverInfo, RtcpRrPacket, RtcpSenderInfo, RtcpSrPacket
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import MalformedPacket
from bridge.ids import NS_PER_MS, NS_PER_S, Ssrc
from sfu.core.link import Link
from sfu.core.rtcp import pack_receiver_report
from sfu.core.senderclock import ntp_from_ns
from sfu.core.xr import Delay, pack_reference_time, parse_delays
from tests.support.sfu_core import ANN, BOB, MICROPHONE, OPUS, CoreRoom
from tests.support.sfu_peer import KEY, Peer, rtp


def delays(*blocks: tuple[int, int, int], ssrc: int = 1) -> bytes:
    """An extended report with one DLRR block."""
    body = b"".join(struct.pack("!III", *block) for block in blocks)
    return struct.pack("!BBHIBBH", 0x80, 207, 2 + len(body) // 4, ssrc, 5, 0, len(body) // 4) + body


def test_a_reference_time_as_rfc_3611_draws_it() -> None:
    packed = pack_reference_time(0x0A0B0C0D, 0x1122334455667788)
    assert packed.hex(" ", 4) == "80cf0004 0a0b0c0d 04000002 11223344 55667788"


def test_delays_are_read_among_other_reports() -> None:
    other = struct.pack("!BBHIBBHII", 0x80, 207, 4, 1, 4, 0, 2, 0, 0)
    compound = pack_receiver_report(1) + other + delays((11, 2, 3), (12, 0xFFFFFFFF, 0))
    assert parse_delays(compound) == [Delay(11, 2, 3), Delay(12, 0xFFFFFFFF, 0)]


@pytest.mark.parametrize(
    "broken", [delays((1, 2, 3))[:-4], b"\x80\xcf\x00\x03" + bytes(4) + b"\x05\x00\x00\x01" + bytes(4)]
)
def test_reports_cut_short_are_malformed(broken: bytes) -> None:
    with pytest.raises(MalformedPacket):
        parse_delays(broken)


@given(st.binary(max_size=200))
def test_any_octets_are_delays_or_malformed(octets: bytes) -> None:
    with suppress(MalformedPacket):
        assert isinstance(parse_delays(octets), list)


# ── uplink ───────────────────────────────────────────────────────────────────────────────────────────────────────


def reference_of(room: CoreRoom) -> int:
    """The middle 32 bits of the newest reference time that Ann got."""
    (found,) = [
        compound[at + 12 : at + 20]
        for compound in room.ann.compounds(room.tick(NS_PER_S))
        if (at := compound.find(b"\x80\xcf\x00\x04")) >= 0
    ]
    return int.from_bytes(found, "big") >> 16 & 0xFFFFFFFF


@pytest.fixture
def room() -> CoreRoom:
    made = CoreRoom()
    made.expect()
    made.feed(rtp(1, payload=KEY))
    return made


def test_the_round_trip_to_who_only_sends_is_measured(room: CoreRoom) -> None:
    reference = reference_of(room)
    room.now += 75 * NS_PER_MS
    room.tell(room.ann, pack_receiver_report(1) + delays((11, reference, 65536 // 40)))
    assert abs(room.core.report(ANN).rtt_ns - 50 * NS_PER_MS) < NS_PER_MS
    assert abs(room.core.count(ANN).rtt_ms - 50) < 1


def test_delays_of_somebody_else_and_of_no_time_count_for_nothing(room: CoreRoom) -> None:
    reference = reference_of(room)
    room.tell(room.ann, pack_receiver_report(1) + delays((99, reference, 0), (11, 0, 0), (11, reference + 65536, 0)))
    assert room.core.report(ANN).rtt_ns == 0


def test_a_lent_round_trip_serves_until_one_is_measured(room: CoreRoom) -> None:
    room.core.set_rtt(ANN, 30 * NS_PER_MS)
    assert room.core.report(ANN).rtt_ns == 30 * NS_PER_MS
    assert room.core.count(ANN).rtt_ms == 0, "how the line is was not measured"
    reference = reference_of(room)
    room.now += 90 * NS_PER_MS
    room.tell(room.ann, pack_receiver_report(1) + delays((11, reference, 0)))
    room.core.set_rtt(ANN, 30 * NS_PER_MS)
    assert abs(room.core.report(ANN).rtt_ns - 90 * NS_PER_MS) < NS_PER_MS


def test_the_least_round_trip_is_of_the_last_minute() -> None:
    peer = Peer(1, ("127.0.0.1", 1))
    link = Link(peer.keys, peer.address, Ssrc(1))
    for second, rtt in ((0, 50), (10, 20), (30, 200), (69, 210)):
        link.measured(rtt * NS_PER_MS, second * NS_PER_S)
    assert (link.rtt_ns, link.newest_rtt_ns) == (20 * NS_PER_MS, 210 * NS_PER_MS)
    link.measured(220 * NS_PER_MS, 71 * NS_PER_S)
    assert link.rtt_ns == 220 * NS_PER_MS, "the peer is on another network now"


# ── clocks ───────────────────────────────────────────────────────────────────────────────────────────────────────


def report(ssrc: int, ntp: int, rtp_time: int) -> bytes:
    info = RtcpSenderInfo(ntp_timestamp=ntp, rtp_timestamp=rtp_time & 0xFFFFFFFF, packet_count=0, octet_count=0)
    return bytes(RtcpSrPacket(ssrc=ssrc, sender_info=info))


def test_a_wall_clock_that_is_set_changes_no_round_trip(room: CoreRoom) -> None:
    room.down()
    room.tell(room.ann, report(1, ntp_from_ns(room.now), 0))
    (sent,) = [p for p in room.bob.controls(room.tick(NS_PER_S)) if isinstance(p, RtcpSrPacket)]
    room.now += 40 * NS_PER_MS
    room.core.tick(room.now, ntp_from_ns(room.now - 3600 * NS_PER_S))
    block = RtcpReceiverInfo(77, 0, 0, 1, 0, sent.sender_info.ntp_timestamp >> 16 & 0xFFFFFFFF, 0)
    room.tell(room.bob, bytes(RtcpRrPacket(ssrc=12, reports=[block])))
    assert abs(room.core.report(BOB).rtt_ns - 40 * NS_PER_MS) < NS_PER_MS


@pytest.mark.parametrize("drift", [0.003, -0.003, 0.0])
def test_sound_and_picture_stay_together_when_the_publishers_clock_is_off_and_drifts(drift: float) -> None:
    """RFC 3550 §6.4.1: each report relates one RTP time to one moment; both tracks at the same moment show the same."""
    room = CoreRoom()
    room.expect()
    room.expect(MICROPHONE, OPUS, ssrcs=(2,), mid="1")
    room.feed(rtp(1, payload=KEY))
    room.feed(rtp(1, ssrc=2, payload_type=111))
    room.down()
    room.down(MICROPHONE, ssrc=78, payload_type=111)
    began = room.now
    furthest = apart = 0.0
    for second in range(1, 120):
        passed = (room.now - began) / NS_PER_S
        theirs = passed * (1 + drift)
        ntp = ntp_from_ns(int((7200 + theirs) * NS_PER_S))
        late = second * 37 % 20 * NS_PER_MS
        room.now += late
        room.tell(room.ann, report(1, ntp, int(theirs * 90_000)) + report(2, ntp, 1_000_000 + int(theirs * 48_000)))
        room.now += NS_PER_S - late
        told = {p.ssrc: p.sender_info for p in room.bob.controls(room.tick(0)) if isinstance(p, RtcpSrPacket)}
        picture = ((told[77].rtp_timestamp - 5000) & 0xFFFFFFFF) / 90_000
        sound = ((told[78].rtp_timestamp - 5000 - 1_000_000) & 0xFFFFFFFF) / 48_000
        real = (room.now - began) / NS_PER_S * (1 + drift)
        apart = max(apart, abs(picture - sound))
        furthest = max(furthest, abs(picture - real))
    assert apart < 0.001
    assert furthest < 0.15, "the least offset of 30 s: at 3 ms/s it lags by 90 ms, by as much for both"
