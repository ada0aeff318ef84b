"""A receiver's line that takes no more: its pictures wait for a key frame, its sound and everybody else go on."""

import pytest

from tests.support.sfu_core import CAMERA, MICROPHONE, OPUS, CoreRoom
from tests.support.sfu_peer import KEY, header, rtp


@pytest.fixture
def room() -> CoreRoom:
    """Ann's picture and sound reach Bob; his line is full."""
    made = CoreRoom()
    made.expect()
    made.expect(MICROPHONE, OPUS, ssrcs=(2,), mid="1")
    made.feed(rtp(500, 9000, payload=KEY))
    made.feed(rtp(1, ssrc=2, payload_type=111))
    made.bob.packets(made.down())
    made.down(MICROPHONE, ssrc=78, payload_type=111)
    assert made.sequences(made.feed(rtp(501))) == [1001]
    made.core.congested(made.bob.address)
    return made


def test_pictures_stop_and_sound_goes_on(room: CoreRoom) -> None:
    assert [room.feed(rtp(502 + n)) for n in range(5)] == [[]] * 5
    [sound] = room.bob.packets(room.feed(rtp(2, ssrc=2, payload_type=111)))
    assert header(sound)[3] == 78


def test_a_full_line_costs_its_publisher_no_key_frame(room: CoreRoom) -> None:
    for n in range(50):
        room.feed(rtp(502 + n))
        room.tick()
    assert not _asked(room)


def _asked(room: CoreRoom) -> int:
    return room.core.counts().get("key_frames_asked", 0)


def test_relieved_it_begins_with_the_next_key_frame_and_no_hole(room: CoreRoom) -> None:
    room.feed(rtp(502))
    assert room.core.relieved(room.bob.address) == []
    room.tick()
    assert _asked(room) == 1
    assert room.feed(rtp(503)) == []
    [packet] = room.bob.packets(room.feed(rtp(504, 90_000, payload=KEY)))
    assert header(packet)[1] == 1002


def test_relieved_it_begins_with_a_key_frame_that_came_meanwhile(room: CoreRoom) -> None:
    room.feed(rtp(502, 90_000, payload=KEY))
    room.feed(rtp(503))
    assert room.sequences(room.core.relieved(room.bob.address)) == [1002, 1003]


def test_what_is_not_shown_stays_so(room: CoreRoom) -> None:
    room.pause()
    assert room.core.relieved(room.bob.address) == []
    assert room.feed(rtp(502, 90_000, payload=KEY)) == []


def test_shown_again_on_a_full_line_waits_for_relief(room: CoreRoom) -> None:
    room.pause()
    room.feed(rtp(502, 90_000, payload=KEY))
    assert room.resume() == []
    assert room.sequences(room.core.relieved(room.bob.address)) == [1002]


def test_a_picture_that_began_on_a_full_line_is_held_when_that_is_told_again(room: CoreRoom) -> None:
    room.feed(rtp(502))
    room.core.relieved(room.bob.address)
    room.core.congested(room.bob.address)  # it waits for a key frame: nothing flows that could be held
    assert room.sequences(room.feed(rtp(503, 90_000, payload=KEY))) == [1002]

    room.core.congested(room.bob.address)

    assert room.feed(rtp(504)) == []


def test_a_stranger_s_address_is_nobody_s(room: CoreRoom) -> None:
    room.core.congested(("192.0.2.1", 1))
    assert room.core.relieved(("192.0.2.1", 1)) == []
    assert CAMERA in room.core._ups  # noqa: SLF001 - nothing was taken away
