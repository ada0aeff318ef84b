"""The forwarding core as its seam promises, with real SRTP on both sides and a clock of its own."""

import pytest
from aiortc.rtp import (
    RtcpByePacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
)

from bridge.ids import NS_PER_MS, NS_PER_S, Ssrc
from bridge.media import Codec
from sfu.core.rtcp import pack_bye, pack_nack, pack_pli
from sfu.core.seam import Datagram, DownId, DownSpec, LinkCounts, SenderReported, Spoke, UpId, UpSaidGoodbye, UpStarted
from sfu.core.senderclock import ntp_from_ns
from tests.support.sfu_core import ANN, BOB, CAMERA, EDGES, EVE, MICROPHONE, OPUS, VP8, CoreRoom
from tests.support.sfu_peer import CM, GCM, KEY, Peer, header, rtp


@pytest.fixture
def room() -> CoreRoom:
    """Ann's link may send a camera; nothing flows yet."""
    made = CoreRoom()
    made.expect()
    return made


def flowing(room: CoreRoom, first: int = 500) -> None:
    """The camera's key frame has reached Bob as packet 1000."""
    room.feed(rtp(first, 9000, payload=KEY))
    room.bob.packets(room.down())


@pytest.mark.parametrize("profile", [GCM, CM])
@pytest.mark.parametrize("first", EDGES)
def test_rewrites_header_and_keeps_payload(profile: int, first: int) -> None:
    room = CoreRoom(profile)
    room.expect()
    room.feed(rtp(first, 9000, payload=KEY))
    [newcomer] = room.bob.packets(room.down(sequence=32_767))
    assert header(newcomer) == (100, 32_767, 14_000, 77, False)
    assert newcomer[12:] == KEY
    [packet] = room.bob.packets(room.feed(rtp(first + 1, 12_000, marker=True)))
    assert header(packet) == (100, 32_768, 17_000, 77, True)


def test_events_of_a_first_packet(room: CoreRoom) -> None:
    room.feed(rtp(5, payload=KEY))
    room.feed(rtp(6))
    assert room.core.take_events() == [UpStarted(CAMERA, Codec.VP8, 96, Ssrc(1))]
    assert room.core.take_events() == []


@pytest.mark.parametrize("first", EDGES)
def test_order_is_kept_across_the_turn_of_the_counter(room: CoreRoom, first: int) -> None:
    flowing(room, first)
    out = [room.sequences(room.feed(rtp(first + 1 + n))) for n in range(300)]
    assert out == [[1001 + n] for n in range(300)]


def test_late_packet_gets_the_number_it_had(room: CoreRoom) -> None:
    flowing(room)
    assert room.sequences(room.feed(rtp(503))) == [1003]
    assert room.sequences(room.feed(rtp(501))) == [1001]
    assert room.core.counts()["repaired"] == 1


def test_padding_only_leaves_no_hole(room: CoreRoom) -> None:
    flowing(room)
    assert room.sequences(room.feed(rtp(501))) == [1001]
    assert room.sequences(room.feed(rtp(502, payload=b"", padding=200))) == []
    assert room.sequences(room.feed(rtp(503))) == [1002]
    assert room.core.counts()["dropped_padding"] == 1


def test_padding_is_stripped(room: CoreRoom) -> None:
    flowing(room)
    [packet] = room.bob.packets(room.feed(rtp(501, payload=b"\x10\x01ab", padding=4)))
    assert packet[12:] == b"\x10\x01ab"
    assert packet[0] == 0x80


def test_late_padding_fills_its_place(room: CoreRoom) -> None:
    """Receivers wait for a number that they know of."""
    flowing(room)
    room.feed(rtp(502))
    [packet] = room.bob.packets(room.feed(rtp(501, payload=b"", padding=9)))
    assert header(packet)[1] == 1001
    assert packet[12:] == b""


def test_closed_gate_forwards_and_taps_nothing() -> None:
    room = CoreRoom()
    room.expect(MICROPHONE, OPUS, tapped=True)
    room.feed(rtp(1, payload_type=111))
    room.down(MICROPHONE)
    assert len(room.core.take_tapped()) == 1
    room.core.set_open(MICROPHONE, False)
    for n in range(2, 50):
        assert room.feed(rtp(n, payload_type=111)) == []
    assert room.core.take_tapped() == []
    assert room.core.counts()["dropped_gate"] == 48
    room.core.set_open(MICROPHONE, True)
    assert room.sequences(room.feed(rtp(50, payload_type=111))) == [1000]
    assert room.feed(rtp(30, payload_type=111)) == [], "was said while muted"
    assert len(room.core.take_tapped()) == 1, "what was said while muted is not tapped either"


def test_gate_closed_from_the_start() -> None:
    room = CoreRoom()
    room.expect(is_open=False, tapped=True)
    assert room.feed(rtp(1, payload=KEY)) == []
    assert room.down() == []
    assert room.core.take_tapped() == []
    assert len(room.core.take_events()) == 1


def test_muted_for_more_than_a_turn_of_the_counter_still_decrypts() -> None:
    room = CoreRoom()
    room.expect(MICROPHONE, OPUS)
    room.feed(rtp(0, payload_type=111))
    room.down(MICROPHONE)
    room.core.set_open(MICROPHONE, False)
    for n in range(1, 70_000, 7):
        room.feed(rtp(n, payload_type=111))
    room.core.set_open(MICROPHONE, True)
    assert room.sequences(room.feed(rtp(70_001, payload_type=111))) == [1000]


def test_video_opens_with_a_key_frame(room: CoreRoom) -> None:
    flowing(room)
    room.core.set_open(CAMERA, False)
    room.feed(rtp(501))
    room.core.set_open(CAMERA, True)
    asked = room.ann.controls(room.tick())
    assert [p.fmt for p in asked if isinstance(p, RtcpPsfbPacket)][:1] == [1]
    assert room.feed(rtp(502)) == []
    assert room.sequences(room.feed(rtp(503, 99_000, payload=KEY))) == [1001]


def test_tap_gets_what_was_sent(room: CoreRoom) -> None:
    room.core.set_tapped(CAMERA, True)
    packet = rtp(1, payload=KEY, elements=b"\x40\x30\x00\x00", padding=3)
    room.feed(packet)
    [tapped] = room.core.take_tapped()
    assert tapped == (CAMERA, room.now, packet)


def test_newcomer_near_a_key_frame_gets_all_since_it(room: CoreRoom) -> None:
    room.feed(rtp(10, 9000, payload=KEY))
    for n in range(11, 20):
        room.feed(rtp(n, 9000 + n))
    assert room.sequences(room.down()) == list(range(1000, 1010))
    assert room.sequences(room.feed(rtp(20))) == [1010]


def test_newcomer_far_from_a_key_frame_waits_for_the_next(room: CoreRoom) -> None:
    room.feed(rtp(10, 9000, payload=KEY))
    for n in range(11, 60):
        room.feed(rtp(n, 9000 + n))
    assert room.down() == []
    assert plis(room, room.tick()) == 1
    assert room.sequences(room.feed(rtp(60))) == []
    assert room.sequences(room.feed(rtp(61, 99_000, payload=KEY))) == [1000]


def plis(room: CoreRoom, out: list[Datagram]) -> int:
    """Key frame requests among what is sent to Ann."""
    return sum(isinstance(p, RtcpPsfbPacket) and p.fmt == 1 for p in room.ann.controls(out))


def test_key_frame_requests_are_merged_and_repeated_until_it_comes(room: CoreRoom) -> None:
    flowing(room)
    room.tick(NS_PER_S)
    for _ in range(5):
        room.tell(room.bob, pack_pli(12, 77))
    assert [plis(room, room.tick()) for _ in range(76)].count(1) == 4, "at once, then each 500 ms"
    room.feed(rtp(501, 99_000, payload=KEY))
    assert sum(plis(room, room.tick()) for _ in range(100)) == 0


def test_missing_packets_are_asked_for_after_20_ms(room: CoreRoom) -> None:
    flowing(room)
    room.feed(rtp(504))
    assert [p for p in room.ann.controls(room.tick(19 * NS_PER_MS)) if isinstance(p, RtcpRtpfbPacket)] == []
    [nack] = [p for p in room.ann.controls(room.tick(NS_PER_MS)) if isinstance(p, RtcpRtpfbPacket)]
    assert (nack.media_ssrc, nack.lost) == (1, [501, 502, 503])
    for n in (501, 502, 503):
        room.feed(rtp(n))
    later = [room.tick() for _ in range(50)]
    assert not any(isinstance(p, RtcpRtpfbPacket) for out in later for p in room.ann.controls(out))


def test_an_unfilled_hole_asks_for_a_key_frame(room: CoreRoom) -> None:
    flowing(room)
    room.tick(NS_PER_S)
    room.feed(rtp(502))
    assert sum(plis(room, room.tick()) for _ in range(29)) == 0
    assert sum(plis(room, room.tick()) for _ in range(3)) == 1


def test_repeats_the_same_datagram_byte_for_byte(room: CoreRoom) -> None:
    flowing(room)
    [(first, _)] = room.feed(rtp(501, marker=True, payload=b"\x10\x01" + bytes(900)))
    for n in range(502, 520):
        room.feed(rtp(n))
    [(again, address)] = room.tell(room.bob, pack_nack(12, 77, [1001]))
    assert (again, address) == (first, room.bob.address)


@pytest.mark.parametrize("first", [65_530, 65_535, 32_760])
def test_repeats_across_the_turn_of_both_counters(first: int) -> None:
    room = CoreRoom()
    room.expect()
    room.feed(rtp(first, 9000, payload=KEY))
    [key] = room.bob.mine(room.down(sequence=32_767))
    sent = {32_767: key}
    for n in range(1, 20):
        [(datagram, _)] = room.feed(rtp(first + n, payload=b"\x10\x01" + bytes([n]) * 50))
        sent[32_767 + n] = bytes(datagram)
    out = room.tell(room.bob, pack_nack(12, 77, sorted(sent)))
    assert [bytes(datagram) for datagram, _ in out] == [sent[n] for n in sorted(sent)]


def test_never_repeats_what_was_not_sent(room: CoreRoom) -> None:
    """A newcomer's sequence numbers below its first, a hole of the publisher, the future."""
    flowing(room)
    room.feed(rtp(503))
    assert room.tell(room.bob, pack_nack(12, 77, [998, 999, 1001, 1002, 1004, 3000])) == []


def test_repeats_five_times_and_not_within_a_round_trip(room: CoreRoom) -> None:
    flowing(room)
    room.feed(rtp(501))
    done = []
    for _ in range(8):
        done.append(len(room.tell(room.bob, pack_nack(12, 77, [1001]))))
        done.append(len(room.tell(room.bob, pack_nack(12, 77, [1001]))))
        room.tick()
    assert done == [1, 0] * 5 + [0] * 6


def test_ring_forgets(room: CoreRoom) -> None:
    flowing(room)
    for n in range(501, 1100):
        room.feed(rtp(n))
    assert room.tell(room.bob, pack_nack(12, 77, [1001])) == []
    assert len(room.tell(room.bob, pack_nack(12, 77, [1500]))) == 1


def test_sender_reports_map_the_publishers_clock(room: CoreRoom) -> None:
    flowing(room)
    theirs = ntp_from_ns(5 * NS_PER_S)
    info = RtcpSenderInfo(ntp_timestamp=theirs, rtp_timestamp=90_000, packet_count=0, octet_count=0)
    room.tell(room.ann, bytes(RtcpSrPacket(ssrc=1, sender_info=info)))
    assert SenderReported(CAMERA, theirs, 90_000, room.now) in room.core.take_events()
    out = room.tick(NS_PER_S)
    [report] = [p for p in room.bob.controls(out) if isinstance(p, RtcpSrPacket)]
    assert report.ssrc == 77
    assert report.sender_info.ntp_timestamp == ntp_from_ns(room.now)
    assert abs(report.sender_info.rtp_timestamp - (90_000 + 90_000 + 5000)) <= 1
    assert report.sender_info.packet_count == 1
    assert report.sender_info.octet_count == len(KEY)


def test_receiver_reports_say_what_was_lost(room: CoreRoom) -> None:
    for n in (1, 2, 3, 5):
        room.feed(rtp(n, payload=KEY))
    out = room.tick(NS_PER_S)
    [report] = [p for p in room.ann.controls(out) if isinstance(p, RtcpRrPacket) and p.reports]
    [block] = report.reports
    assert (block.ssrc, block.packets_lost, block.fraction_lost, block.highest_sequence) == (1, 1, 51, 5)


def test_rtt_comes_from_receivers_reports(room: CoreRoom) -> None:
    flowing(room)
    info = RtcpSenderInfo(ntp_timestamp=ntp_from_ns(room.now), rtp_timestamp=0, packet_count=0, octet_count=0)
    room.tell(room.ann, bytes(RtcpSrPacket(ssrc=1, sender_info=info)))
    [sr] = [p for p in room.bob.controls(room.tick(NS_PER_S)) if isinstance(p, RtcpSrPacket)]
    room.now += 80 * NS_PER_MS
    block = RtcpReceiverInfo(
        ssrc=77,
        fraction_lost=0,
        packets_lost=0,
        highest_sequence=1,
        jitter=0,
        lsr=sr.sender_info.ntp_timestamp >> 16 & 0xFFFFFFFF,
        dlsr=int(0.03 * 65536),
    )
    room.tell(room.bob, bytes(RtcpRrPacket(ssrc=12, reports=[block])))
    assert abs(room.core.report(BOB).rtt_ns - 50 * NS_PER_MS) < NS_PER_MS
    room.core.set_rtt(BOB, 90 * NS_PER_MS)
    assert abs(room.core.report(BOB).rtt_ns - 50 * NS_PER_MS) < NS_PER_MS, "its own measure counts"


def test_unknown_ssrc_is_told_by_mid() -> None:
    room = CoreRoom()
    room.expect(UpId(7), VP8, (), "7")
    room.expect(UpId(8), VP8, (), "8")
    room.feed(rtp(1, ssrc=500, elements=b"\x40" + b"8" + b"\x00\x00", payload=KEY))
    assert room.core.take_events() == [UpStarted(UpId(8), Codec.VP8, 96, Ssrc(500))]
    room.feed(rtp(1, ssrc=501, payload=KEY))
    assert room.core.take_events() == [UpStarted(UpId(7), Codec.VP8, 96, Ssrc(501))], "the only one left"
    assert room.feed(rtp(1, ssrc=502, payload=KEY)) == []
    assert room.core.counts()["dropped_unknown_ssrc"] == 1


def test_levels_are_counted_and_passed_on() -> None:
    room = CoreRoom()
    room.expect(MICROPHONE, OPUS)
    room.feed(rtp(0, payload_type=111, elements=b"\x10\x7f\x00\x00"))
    room.down(MICROPHONE, payload_type=111)
    for n in range(1, 11):
        level = 20 if n % 2 else 60
        [packet] = room.bob.packets(room.feed(rtp(n, payload_type=111, elements=bytes([0x10, 0x80 | level, 0, 0]))))
        assert packet[12:20] == b"\xbe\xde\x00\x01" + bytes([0x20, 0x80 | level, 0, 0])
    room.core.take_events()
    room.tick(NS_PER_S)
    assert room.core.take_events() == [Spoke(MICROPHONE, 11, 5, 20)]


def test_goodbyes(room: CoreRoom) -> None:
    flowing(room)
    out = room.core.remove_down(DownId(77))
    assert [p.sources for p in room.bob.controls(out) if isinstance(p, RtcpByePacket)] == [[77]]
    assert room.feed(rtp(501)) == []
    assert room.core.remove_down(DownId(77)) == []
    room.core.take_events()
    room.tell(room.ann, pack_bye(1, 1))
    assert room.core.take_events() == [UpSaidGoodbye(CAMERA)]


def test_a_moved_receiver_gets_it_at_the_new_address(room: CoreRoom) -> None:
    flowing(room)
    room.bob.address = ("127.0.0.1", 4321)
    room.core.move_link(BOB, room.bob.address)
    assert room.sequences(room.feed(rtp(501))) == [1001]
    room.ann.address = ("127.0.0.1", 4322)
    assert room.feed(rtp(502)) == [], "an address that no check vouched for"
    room.core.move_link(ANN, room.ann.address)
    assert room.sequences(room.feed(rtp(503))) == [1003]


def test_closed_links_are_forgotten(room: CoreRoom) -> None:
    flowing(room)
    room.core.close_link(BOB)
    room.core.close_link(BOB)
    assert room.feed(rtp(501)) == []
    room.core.close_link(ANN)
    assert room.feed(rtp(502)) == []
    assert room.tick(NS_PER_S) == []
    assert room.down() == []


def test_one_repaired_packet_reaches_only_those_who_miss_it(room: CoreRoom) -> None:
    room.feed(rtp(10, 9000, payload=KEY))
    eve = Peer(3, ("127.0.0.1", 1003))
    room.core.open_link(EVE, eve.keys, eve.address, Ssrc(13))
    room.down()
    room.feed(rtp(12, 12_000, payload=KEY))
    room.core.add_down(DownSpec(DownId(88), CAMERA, EVE, Ssrc(88), 100, 50, 0, "ann"), room.now)
    late = room.feed(rtp(11, 9000))
    assert room.sequences(late) == [1001]
    assert eve.packets(late) == []


def test_rubbish_disturbs_nobody(room: CoreRoom) -> None:
    flowing(room)
    for rubbish in (b"", b"\x80", bytes(11), b"\x80" + bytes(40), b"\x80\xc8" + bytes(30), bytes([0x80]) * 2040):
        assert room.core.feed(rubbish, room.ann.address, room.now) == []
        assert room.core.feed(rubbish, ("10.0.0.1", 1), room.now) == []
    assert room.sequences(room.feed(rtp(501))) == [1001]


def test_counts_what_a_publisher_lost_and_what_a_receiver_reports(room: CoreRoom) -> None:
    flowing(room)
    for sequence in (501, 502, 505):
        room.feed(rtp(sequence, 9000, payload=KEY))
    counts = room.core.count(ANN)
    assert (counts.packets, counts.lost, counts.octets) == (6, 2, 4 * len(KEY))
    block = RtcpReceiverInfo(77, 0, 3, 1005, 900, 0, 0)
    room.tell(room.bob, bytes(RtcpRrPacket(ssrc=9, reports=[block])))
    told = room.core.count(BOB)
    assert (told.packets, told.lost, told.jitter_ms) == (4, 3, 10.0)
    assert room.core.count(EVE) == LinkCounts(0, 0, 0, 0.0)
