"""What a peer with valid keys may cost: its own sound and picture, and nobody else's time, memory or key stream."""

import pytest
from aiortc.rtp import RtcpRrPacket, RtcpSenderInfo, RtcpSrPacket

from bridge.ids import NS_PER_MS, NS_PER_S, Ssrc
from sfu.core.answers import ASKED_AT_ONCE, ASKED_SPAN_NS
from sfu.core.arrivals import Arrivals
from sfu.core.repeats import IN_HAND
from sfu.core.rtcp import Sent, pack_nack, pack_sender_report
from sfu.core.seam import RepairSpec, UpStarted
from sfu.core.senderclock import SenderClock, ntp_from_ns
from sfu.core.srtp import SOURCES
from tests.support.sfu_core import MICROPHONE, OPUS, CoreRoom
from tests.support.sfu_peer import KEY, header, rtp


@pytest.fixture
def room() -> CoreRoom:
    """The camera's key frame has reached Bob as packet 1000, and his retransmissions go on SSRC 78."""
    made = CoreRoom()
    made.expect()
    made.feed(rtp(500, 9000, payload=KEY))
    made.bob.packets(made.down(repair=RepairSpec(Ssrc(78), 97, 0)))
    return made


def test_so_many_ssrcs_and_no_more(room: CoreRoom) -> None:
    """Each is a stream of libsrtp's, which looks through them for every packet."""
    for n in range(SOURCES + 20):
        room.feed(rtp(1, ssrc=10_000 + n))
    for n in range(20):
        room.tell(room.ann, bytes(RtcpRrPacket(ssrc=20_000 + n)))
    counts = room.core.counts()
    assert counts["dropped_unknown_ssrc"] == SOURCES - 1
    assert (counts["dropped_srtp"], counts["dropped_srtcp"]) == (21, 20)
    assert room.sequences(room.feed(rtp(501))) == [1001], "the camera goes on"


def test_reports_cost_the_same_however_many_there_are() -> None:
    clock = SenderClock()
    for n in range(1000):
        clock.heard(100 - n % 7, n * NS_PER_MS)
    assert len(vars(clock)["_seen"]) == 1
    assert clock.least(100) == 94


def test_arrivals_are_forgotten_when_there_is_nobody_to_tell() -> None:
    """Packets of no source of ours carry numbers too."""
    room = CoreRoom()
    room.expect(number_extension=3)
    for n in range(2000):
        room.feed(rtp(n, ssrc=999, payload_type=50, elements=b"\x31" + (n & 0xFFFF).to_bytes(2, "big") + b"\x00"))
        if n % 10 == 0:
            room.tick()
    [link] = [link for link in vars(room.core)["_links"].values() if link.number_extension]
    arrivals: Arrivals = link.arrivals
    assert len(vars(arrivals)["_ticks"]) < 300


def test_a_whole_ring_asked_for_at_once_costs_what_is_in_hand(room: CoreRoom) -> None:
    """Once in a round trip, however often it is asked for: 300 bytes of NACK would be answered by a megabyte."""
    room.core.set_rtt(room.links[1], NS_PER_S)
    for n in range(501, 2001):
        room.feed(rtp(n))
        if n % 500 == 0:
            room.tick(NS_PER_S)
    everything = pack_nack(12, 77, range(1501, 2501))
    assert IN_HAND // 2 < len(room.tell(room.bob, everything)) <= IN_HAND
    assert room.tell(room.bob, everything) == []


def test_of_a_flood_of_nacks_so_many_numbers_are_looked_at(room: CoreRoom) -> None:
    """Compound after compound names packets that never were: each number costs, none is answered."""
    flood = pack_nack(12, 77, range(1001, 5001))
    for _ in range(3):
        assert room.tell(room.bob, flood) == []
    assert room.core.counts()["repeat_flood"] == 12_000 - ASKED_AT_ONCE
    room.tick(ASKED_SPAN_NS)
    room.tell(room.bob, flood)
    assert room.core.counts()["repeat_flood"] == 16_000 - 2 * ASKED_AT_ONCE


def test_a_burst_of_a_browser_is_answered_behind_a_flood(room: CoreRoom) -> None:
    """It is over after 20 ms; who lost packets asks again then."""
    for n in range(501, 901):
        room.feed(rtp(n))
    room.tell(room.bob, pack_nack(12, 77, range(3000, 7000)))
    assert room.tell(room.bob, pack_nack(12, 77, range(1001, 1101))) == []
    room.tick(ASKED_SPAN_NS)
    before = room.core.counts()["repeat_flood"]
    for first in (1001, 1101):
        assert room.tell(room.bob, pack_nack(12, 77, range(first, first + 100)))
    assert room.core.counts()["repeat_flood"] == before


def test_numbers_never_go_round_unseen(room: CoreRoom) -> None:
    """Padding that jumps ahead is not forwarded. Would its jumps add up, the next packet would bear a number that the
    receiver's key stream was used with already."""
    for sequence in (500 + 21_846, 500 + 2 * 21_846, 500 + 3 * 21_846):
        room.feed(rtp(sequence, payload=b"", padding=4))
    [datagram] = room.bob.mine(room.feed(rtp(501 + 3 * 21_846)))
    assert header(datagram)[1] > 1000


def test_a_camera_that_jumps_ahead_is_a_hole_that_no_receiver_asks_for(room: CoreRoom) -> None:
    [before] = room.sequences(room.feed(rtp(501)))
    [after] = room.sequences(room.feed(rtp(501 + 32_000)))
    assert 1000 < after - before <= 1100, "lost for good, and seen to be"


def test_payload_type_nought_inside_redundant_sound_is_one() -> None:
    """RFC 2198 allows any; a source that is begun so is told of like all others."""
    room = CoreRoom()
    plain = OPUS[111]
    room.expect(MICROPHONE, {0: plain, 63: plain._replace(inside=0)}, (5,))
    room.feed(rtp(1, ssrc=5, payload_type=63, payload=b"\x00sound"))
    [started] = [event for event in room.core.take_events() if isinstance(event, UpStarted)]
    assert started.payload_type == 0


# ── clocks ───────────────────────────────────────────────────────────────────────────────────────────────────────


def report(room: CoreRoom, ssrc: int, ntp: int, rtp_time: int) -> None:
    info = RtcpSenderInfo(ntp_timestamp=ntp, rtp_timestamp=rtp_time, packet_count=0, octet_count=0)
    room.tell(room.ann, bytes(RtcpSrPacket(ssrc=ssrc, sender_info=info)))


def test_a_clock_that_is_set_moves_no_track_that_has_not_reported_since(room: CoreRoom) -> None:
    room.expect(MICROPHONE, OPUS, (2,), "1")
    room.feed(rtp(1, ssrc=2, payload_type=111))
    theirs = ntp_from_ns(5 * NS_PER_S)
    report(room, 1, theirs, 90_000)
    report(room, 2, theirs, 48_000)
    room.tick(NS_PER_S)
    report(room, 2, theirs + (3600 << 32), 96_000)
    [told] = [p for p in room.bob.controls(room.tick(NS_PER_S)) if isinstance(p, RtcpSrPacket)]
    assert abs(told.sender_info.rtp_timestamp - (3 * 90_000 + 5000)) <= 90


def test_reports_go_on_when_the_seconds_of_1900_are_used_up() -> None:
    """On 7 February 2036 they begin anew (RFC 5905 §6)."""
    era = (1 << 32) - 2_208_988_800
    after = ntp_from_ns((era + 5) * NS_PER_S)
    assert pack_sender_report(Sent(1, after, 0, 0, 0)) == pack_sender_report(Sent(1, 5 << 32, 0, 0, 0))
