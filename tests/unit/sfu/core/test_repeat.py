"""What a receiver asks for again: retransmitted (RFC 4588), or the same datagram; and what nobody can give."""

import pytest
from aiortc.rtp import RtcpByePacket, RtpPacket, unwrap_rtx

from bridge.ids import NS_PER_MS, NS_PER_S, Ssrc
from sfu.core.repeats import AGAIN_NS, ASKED_MOST
from sfu.core.rtcp import pack_nack
from sfu.core.seam import Datagram, DownId, RepairSpec
from tests.support.sfu_core import CAMERA, EDGES, MICROPHONE, OPUS, TICK, CoreRoom
from tests.support.sfu_peer import KEY, header, rtp


def flowing(first: int = 500, sequence: int = 1000, repair: int = 200) -> CoreRoom:
    """Bob takes retransmissions on SSRC 78, payload type 97; the camera's key frame has reached him."""
    room = CoreRoom()
    room.expect()
    room.feed(rtp(first, 9000, payload=KEY))
    room.bob.packets(room.down(sequence=sequence, repair=RepairSpec(Ssrc(78), 97, repair)))
    room.tick(NS_PER_S)
    return room


def asked(room: CoreRoom, *sequences: int) -> list[Datagram]:
    """Bob misses these of SSRC 77."""
    return room.tell(room.bob, pack_nack(12, 77, sequences))


@pytest.mark.parametrize("first", EDGES)
@pytest.mark.parametrize("repair", [0, 32_767, 65_535])
def test_retransmission_holds_the_packet_that_was_sent(first: int, repair: int) -> None:
    """aiortc's reading of RFC 4588 gives the very packet; each retransmission has a number of its own."""
    room = flowing(first, sequence=32_767, repair=repair)
    sent = [
        room.bob.packets(room.feed(rtp(first + n, 3000 * n, payload=b"\x10\x01" + bytes([n]) * 30, marker=n % 2 == 0)))
        for n in range(1, 4)
    ]
    again = room.bob.packets(asked(room, 32_768, 32_769, 32_770))
    assert [header(packet)[:2] for packet in again] == [(97, (repair + n) % 65_536) for n in range(3)]
    assert {header(packet)[3] for packet in again} == {78}
    read = [unwrap_rtx(RtpPacket.parse(packet), payload_type=100, ssrc=77).serialize() for packet in again]
    assert [[packet] for packet in read] == sent
    assert room.core.counts()["repeated"] == 3


def test_five_times_not_within_a_round_trip_then_a_key_frame() -> None:
    room = flowing()
    room.core.set_rtt(room.links[1], 50 * NS_PER_MS)
    room.feed(rtp(501))
    done = []
    for _ in range(7):
        done.append((len(asked(room, 1001)), room.plis(room.tick(0))))
        room.now += 40 * NS_PER_MS
        done.append((len(asked(room, 1001)), room.plis(room.tick(0))))
        room.now += 11 * NS_PER_MS
    assert done == [(1, 0), (0, 0)] * ASKED_MOST + [(0, 1), (0, 0)] + [(0, 0)] * 2
    counts = room.core.counts()
    assert (counts["repeat_often"], counts["repeat_early"]) == (4, ASKED_MOST)


def test_second_copy_follows_what_was_asked_for_once_more() -> None:
    """It is a retransmission of its own, and nothing of it is left over."""
    room = flowing()
    room.feed(rtp(501))
    assert len(asked(room, 1001)) == 1
    assert room.bob.packets(room.tick(AGAIN_NS)) == []
    [first] = room.bob.packets(asked(room, 1001))
    assert room.bob.packets(room.tick(AGAIN_NS - 1)) == []
    [second] = room.bob.packets(room.tick(1))
    assert header(second)[1] == header(first)[1] + 1
    assert second[12:] == first[12:]
    assert room.bob.packets(room.tick(NS_PER_S)) == []


@pytest.mark.parametrize("ends", ["pause", "pause and go on", "end", "link", "up"])
def test_second_copy_of_what_ended_is_not_sent(ends: str) -> None:
    """Its number may be another packet's by then."""
    room = flowing()
    room.feed(rtp(501))
    asked(room, 1001)
    room.now += AGAIN_NS
    assert len(asked(room, 1001)) == 1
    if ends.startswith("pause"):
        room.core.set_paused(DownId(77), True)
        room.feed(rtp(502))
        if ends == "pause and go on":
            room.core.set_paused(DownId(77), False)
            room.feed(rtp(503, 99_000, payload=KEY))
    elif ends == "end":
        room.core.remove_down(DownId(77))
    elif ends == "link":
        room.core.close_link(room.links[1])
    else:
        room.core.remove_up(CAMERA)
    out = room.tick(AGAIN_NS)
    assert [one for one, address in out if address == room.bob.address and not 192 <= one[1] <= 223] == []


def test_what_the_cache_no_longer_has_asks_for_a_key_frame() -> None:
    room = flowing()
    for n in range(501, 1600):
        room.feed(rtp(n))
    assert asked(room, 1001) == []
    assert room.plis(room.tick()) == 1


def test_what_lies_before_a_key_frame_asks_for_none() -> None:
    room = flowing()
    for n in range(501, 1600):
        room.feed(rtp(n))
    room.feed(rtp(1600, 99_000, payload=KEY))
    assert asked(room, 1001) == []
    assert room.plis(room.tick()) == 0


def test_what_the_publisher_owes_is_asked_of_it_alone() -> None:
    room = flowing()
    room.feed(rtp(502))
    assert asked(room, 1001) == []
    assert room.plis(room.tick()) == 0
    assert room.sequences(room.feed(rtp(501))) == [1001]


def test_sound_is_repeated_as_it_was_and_costs_no_key_frame() -> None:
    room = CoreRoom()
    room.expect(MICROPHONE, OPUS)
    room.feed(rtp(1, payload_type=111, elements=b"\x10\x7f\x00\x00"))
    room.down(MICROPHONE, payload_type=111)
    [(first, _)] = room.feed(rtp(2, payload_type=111, elements=b"\x10\x7f\x00\x00"))
    assert [bytes(datagram) for datagram, _ in asked(room, 1000)] == [bytes(first)]
    for _ in range(ASKED_MOST - 1):
        room.now += TICK
        assert [bytes(datagram) for datagram, _ in asked(room, 1000)] == [bytes(first)]
        assert [bytes(one) for one, address in room.tick() if address == room.bob.address] == [bytes(first)]
    room.tick()
    assert asked(room, 1000) == []
    assert room.plis(room.tick()) == 0


def test_goodbye_is_said_for_the_retransmissions_too() -> None:
    room = flowing()
    out = room.core.remove_down(DownId(77))
    assert [p.sources for p in room.bob.controls(out) if isinstance(p, RtcpByePacket)] == [[77, 78]]


def test_closed_gate_asks_for_nothing() -> None:
    room = flowing()
    for n in range(501, 1600):
        room.feed(rtp(n))
    room.core.set_open(CAMERA, False)
    assert asked(room, 1001) == []
    assert sum(room.plis(room.tick(TICK)) for _ in range(60)) == 0


def test_a_line_that_became_longer_is_paced_by_what_it_is_now() -> None:
    """Else a browser, which asks each 100 ms, had used up its repeats before the first of them arrived."""
    room = flowing()
    link = room.core._links[room.links[1]]  # noqa: SLF001 - as if two reports had come
    link.rtt_ns, link.newest_rtt_ns = 5 * NS_PER_MS, 300 * NS_PER_MS
    room.feed(rtp(501))
    done = []
    for _ in range(7):
        done.append(len(asked(room, 1001)))
        room.now += 100 * NS_PER_MS
    assert done == [1, 0, 0, 1, 0, 0, 1]
    assert room.plis(room.tick()) == 0
