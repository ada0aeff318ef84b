"""What was sent behind a closed gate, and lost there."""

import pytest

from tests.support.sfu_core import EDGES, MICROPHONE, OPUS, CoreRoom
from tests.support.sfu_peer import rtp


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
