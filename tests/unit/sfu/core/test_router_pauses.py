"""A track that a receiver does not show: nothing of it is sent, and it goes on without a hole or an older picture."""

import pytest
from aiortc.rtp import RtcpByePacket, RtcpPsfbPacket, RtcpSrPacket

from bridge.ids import NS_PER_S, Ssrc
from sfu.core.rtcp import pack_nack, pack_pli
from sfu.core.seam import Datagram, DownId, DownSpec
from tests.support.sfu_core import BOB, CAMERA, EDGES, MICROPHONE, OPUS, CoreRoom
from tests.support.sfu_peer import KEY, header, rtp


@pytest.fixture
def room() -> CoreRoom:
    """The camera's key frame has reached Bob as packet 1000."""
    made = CoreRoom()
    made.expect()
    made.feed(rtp(500, 9000, payload=KEY))
    made.bob.packets(made.down())
    return made


def plis(room: CoreRoom, out: list[Datagram]) -> int:
    """Key frame requests among what is sent to Ann."""
    return sum(isinstance(p, RtcpPsfbPacket) and p.fmt == 1 for p in room.ann.controls(out))


def test_nothing_is_forwarded_nor_encrypted_while_paused(room: CoreRoom) -> None:
    room.pause()
    before = room.core.counts()["forwarded"]
    assert [room.feed(rtp(501 + n)) for n in range(50)] == [[]] * 50
    assert room.core.counts()["forwarded"] == before


def test_a_paused_track_is_still_tapped(room: CoreRoom) -> None:
    room.core.set_tapped(CAMERA, True)
    room.pause()
    room.feed(rtp(501))
    assert len(room.core.take_tapped()) == 1


@pytest.mark.parametrize("first", EDGES)
def test_resumes_at_the_next_key_frame_without_a_hole(first: int) -> None:
    room = CoreRoom()
    room.expect()
    room.feed(rtp(first, 9000, payload=KEY))
    room.bob.packets(room.down(sequence=32_767))
    assert room.sequences(room.feed(rtp(first + 1))) == [32_768]
    room.pause()
    room.feed(rtp(first + 2))
    assert room.resume() == [], "the cached key frame is older than what Bob has seen"
    assert plis(room, room.tick()) == 1
    assert room.feed(rtp(first + 3)) == []
    [packet] = room.bob.packets(room.feed(rtp(first + 4, 90_000, payload=KEY)))
    assert header(packet)[1:3] == (32_769, 95_000)
    assert room.sequences(room.feed(rtp(first + 5))) == [32_770]


def test_resumes_from_the_cached_key_frame_when_it_is_fresh(room: CoreRoom) -> None:
    room.pause()
    room.feed(rtp(501))
    room.feed(rtp(502, 90_000, payload=KEY))
    room.feed(rtp(503, 93_000))
    assert room.sequences(room.resume()) == [1001, 1002]
    assert room.sequences(room.feed(rtp(504))) == [1003]
    assert plis(room, room.tick(NS_PER_S)) == 0


def test_a_pause_in_which_nothing_came_needs_no_key_frame(room: CoreRoom) -> None:
    room.pause()
    assert room.resume() == []
    assert room.sequences(room.feed(rtp(501))) == [1001]
    assert plis(room, room.tick()) == 0


def test_what_was_missing_before_such_a_pause_is_still_repeated(room: CoreRoom) -> None:
    room.feed(rtp(502))
    room.pause()
    room.feed(rtp(501))
    room.resume()
    assert room.sequences(room.tell(room.bob, pack_nack(12, 77, [1001]))) == [1001]


def test_what_was_sent_before_a_pause_is_not_repeated_behind_it(room: CoreRoom) -> None:
    room.feed(rtp(501))
    room.pause()
    room.feed(rtp(502, 90_000, payload=KEY))
    assert room.tell(room.bob, pack_nack(12, 77, [1001])) == []
    room.bob.packets(room.resume())
    assert room.tell(room.bob, pack_nack(12, 77, [1001])) == []


def test_audio_goes_on_at_the_next_packet() -> None:
    room = CoreRoom()
    room.expect(MICROPHONE, OPUS)
    room.feed(rtp(1, payload_type=111))
    room.down(MICROPHONE)
    room.pause()
    room.feed(rtp(2, payload_type=111))
    room.resume()
    assert room.sequences(room.feed(rtp(3, payload_type=111))) == [1000]


def test_paused_from_the_start(room: CoreRoom) -> None:
    spec = DownSpec(DownId(78), CAMERA, BOB, Ssrc(78), 100, 2000, 0, "ann", paused=True)
    assert room.core.add_down(spec, room.now) == []
    assert room.sequences(room.feed(rtp(501))) == [1001], "the other copy goes on"
    assert plis(room, room.tick()) == 0
    room.feed(rtp(502, payload=KEY))
    assert room.sequences(room.resume(78)) == [2000]


def test_a_paused_receiver_asks_for_no_key_frame_and_gets_no_reports(room: CoreRoom) -> None:
    room.pause()
    room.tick(NS_PER_S)
    room.tell(room.bob, pack_pli(12, 77))
    later = [room.tick() for _ in range(100)]
    assert sum(plis(room, out) for out in later) == 0
    assert not any(isinstance(p, RtcpSrPacket) for out in later for p in room.bob.controls(out))


def test_a_gate_that_moves_meanwhile(room: CoreRoom) -> None:
    room.pause()
    room.core.set_open(CAMERA, False)
    room.feed(rtp(501))
    assert room.resume() == []
    room.core.set_open(CAMERA, True)
    assert room.feed(rtp(502)) == []
    assert room.sequences(room.feed(rtp(503, payload=KEY))) == [1001]
    room.pause()
    room.core.set_open(CAMERA, False)
    room.core.set_open(CAMERA, True)
    assert room.resume() == [], "what was dropped behind the gate is not known here: a key frame begins anew"
    assert room.feed(rtp(504)) == []


def test_a_waiting_receiver_that_is_paused_waits_no_more(room: CoreRoom) -> None:
    room.pause()
    room.feed(rtp(501))
    room.resume()
    room.pause()
    assert room.feed(rtp(502, payload=KEY)) == []


def test_it_ends_while_paused(room: CoreRoom) -> None:
    room.pause()
    goodbye = room.bob.controls(room.core.remove_down(DownId(77)))
    assert any(isinstance(packet, RtcpByePacket) for packet in goodbye)
    assert room.resume() == []
    assert room.feed(rtp(501, payload=KEY)) == []


def test_counts_go_on_over_a_pause(room: CoreRoom) -> None:
    room.feed(rtp(501))
    room.pause()
    for n in range(10):
        room.feed(rtp(502 + n))
    assert room.core.count(BOB).packets == 2
    room.feed(rtp(512, 90_000, payload=KEY))
    room.bob.packets(room.resume())
    assert room.core.count(BOB).packets == 3
