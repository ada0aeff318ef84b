"""A track whose gate is closed: nothing of it goes out, and nothing of what was sent meanwhile comes later."""

import pytest
from aiortc.rtp import RtcpPsfbPacket

from tests.support.sfu_core import CAMERA, EDGES, MICROPHONE, OPUS, CoreRoom
from tests.support.sfu_peer import KEY, rtp


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


@pytest.mark.parametrize("first", EDGES)
@pytest.mark.parametrize("arrived", [0, 1])
def test_what_was_lost_behind_a_closed_gate_is_neither_asked_for_nor_taken(first: int, arrived: int) -> None:
    """Whether or not anything came meanwhile: the publisher would repeat what was said while muted."""
    room = CoreRoom()
    room.expect(MICROPHONE, OPUS, tapped=True)
    room.feed(rtp(first, payload_type=111))
    room.down(MICROPHONE)
    room.core.set_open(MICROPHONE, False)
    for n in range(arrived):
        room.feed(rtp(first + 1 + n, payload_type=111))
    room.core.set_open(MICROPHONE, True)
    room.core.take_tapped()
    assert room.sequences(room.feed(rtp(first + 5, payload_type=111))) == [1000]
    assert room.nacks(room.tick() + room.tick()) == []
    for n in (1, 2, 3, 4):
        assert room.feed(rtp(first + n, payload_type=111, payload=b"again")) == []
    assert len(room.core.take_tapped()) == 1
    room.feed(rtp(first + 7, payload_type=111))
    assert set(room.nacks(room.tick() + room.tick())) == {(first + 6) & 0xFFFF}, "holes are holes again"


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


def test_video_opens_with_a_key_frame() -> None:
    room = CoreRoom()
    room.expect()
    room.feed(rtp(500, 9000, payload=KEY))
    room.bob.packets(room.down())
    room.core.set_open(CAMERA, False)
    room.feed(rtp(501))
    room.core.set_open(CAMERA, True)
    asked = room.ann.controls(room.tick())
    assert [p.fmt for p in asked if isinstance(p, RtcpPsfbPacket)][:1] == [1]
    assert room.feed(rtp(502)) == []
    assert room.sequences(room.feed(rtp(503, 99_000, payload=KEY))) == [1001]
