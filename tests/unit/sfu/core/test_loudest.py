"""Only the loudest microphones: who passes, and that what passes has no seam."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.ids import NS_PER_MS
from sfu.core.loudest import Loudest
from sfu.core.seam import GroupId, Spoke, UpId
from tests.support.sfu_core import MICROPHONE, OPUS, CoreRoom
from tests.support.sfu_peer import header, rtp

A, B, C = UpId(1), UpId(2), UpId(3)
QUIET, VOICE, NOISE = 110, 25, 70


class Floor:
    """Packets of 20 ms of three microphones."""

    def __init__(self, most: int, *always: UpId) -> None:
        self.loudest = Loudest()
        self.loudest.order((A, B, C), most, always)
        self.now = 0

    def passed(self, packets: int = 1, **levels: int | None) -> dict[str, int]:
        """How many of each one's packets passed."""
        counted = dict.fromkeys(levels, 0)
        for _ in range(packets):
            self.now += 20 * NS_PER_MS
            for name, level in levels.items():
                counted[name] += self.loudest.passes({"a": A, "b": B, "c": C}[name], level, self.now)
        return counted


def test_everybody_passes_while_there_are_places() -> None:
    assert Floor(3).passed(50, a=QUIET, b=QUIET, c=QUIET) == {"a": 50, "b": 50, "c": 50}


def test_a_voice_takes_the_place_of_the_quietest_within_three_packets() -> None:
    floor = Floor(2)
    assert floor.passed(100, a=VOICE, b=NOISE, c=NOISE) == {"a": 100, "b": 100, "c": 0}
    passed = floor.passed(50, a=VOICE, b=NOISE, c=VOICE)
    assert passed["a"] == 50
    assert passed["c"] >= 48
    assert passed["b"] <= 2


def test_a_breath_loses_nothing_and_two_alike_do_not_take_turns() -> None:
    floor = Floor(1)
    floor.passed(100, a=VOICE, b=VOICE + 2)
    assert floor.passed(15, a=NOISE, b=NOISE) == {"a": 15, "b": 0}
    assert floor.passed(100, a=VOICE, b=VOICE - 4) == {"a": 100, "b": 0}


def test_who_came_in_stays_for_a_word() -> None:
    floor = Floor(1)
    floor.passed(1, a=NOISE, b=NOISE)
    assert floor.passed(40, a=NOISE, b=VOICE) == {"a": 40, "b": 0}, "within its first second"
    assert floor.passed(40, a=NOISE, b=VOICE)["b"] >= 30


def test_who_is_muted_or_gone_makes_room_at_once() -> None:
    floor = Floor(1)
    floor.passed(10, a=VOICE, b=NOISE)
    assert floor.passed(50, b=NOISE)["b"] >= 20


def test_always_is_beside_the_count_and_who_tells_no_level_passes() -> None:
    floor = Floor(1, C)
    assert floor.passed(50, a=VOICE, b=NOISE, c=QUIET) == {"a": 50, "b": 0, "c": 50}
    assert floor.passed(10, b=None) == {"b": 10}


def test_a_smaller_number_leaves_the_loudest() -> None:
    floor = Floor(2)
    floor.passed(20, a=NOISE, b=VOICE)
    floor.loudest.order((A, B, C), 1, ())
    assert floor.passed(20, a=NOISE, b=VOICE) == {"a": 0, "b": 20}


@given(
    st.integers(1, 3),
    st.lists(st.tuples(st.sampled_from((A, B, C)), st.integers(0, 127), st.integers(1, 600)), max_size=300),
)
def test_never_more_than_so_many_at_a_time(most: int, packets: list[tuple[UpId, int, int]]) -> None:
    """In the time of one packet; a place that was taken over is not counted twice."""
    floor, now = Floor(most), 0
    for up, level, pause in packets:
        now += pause * NS_PER_MS
        passing = {one for one in (A, B, C) if one != up and floor.loudest.passes(one, 127, now)}
        passing |= {up} if floor.loudest.passes(up, level, now) else set()
        assert len(passing) <= most + 1


# ── what receivers and the recorder get ──────────────────────────────────────────────────────────────────────────

OTHER, GROUP = UpId(7), GroupId("room")


def sound(sequence: int, level: int, ssrc: int = 1) -> bytes:
    return rtp(sequence, sequence * 960, ssrc, 111, b"opus", elements=bytes((0x10, level, 0, 0)))


@pytest.fixture
def room() -> CoreRoom:
    """Two microphones; Bob gets the first, from packet 1000 on."""
    made = CoreRoom()
    made.expect(MICROPHONE, OPUS, tapped=True)
    made.expect(OTHER, OPUS, ssrcs=(2,), mid="2", tapped=True)
    made.feed(sound(65_534, QUIET))
    made.feed(sound(1, VOICE, 2))
    made.down(MICROPHONE)
    made.core.set_loudest(GROUP, (MICROPHONE, OTHER), 1, ())
    made.core.take_tapped()
    return made


def both(room: CoreRoom, step: int, first: int, second: int) -> list[bytes]:
    """One packet of each, the second's first; what Bob gets."""
    room.now += 20 * NS_PER_MS
    room.feed(sound(2 + step, second, 2))
    return room.bob.packets(room.feed(sound(65_535 + step, first)))


def test_what_is_dropped_leaves_no_hole_and_begins_anew_with_the_marker(room: CoreRoom) -> None:
    got = [both(room, step, QUIET, VOICE) for step in range(60)]
    assert not any(got), "the other one is louder"
    got = [both(room, step, VOICE, QUIET) for step in range(60, 160)]
    packets = [packet for some in got for packet in some]
    assert len(packets) > 90
    heads = [header(packet) for packet in packets]
    assert [head[1] for head in heads] == list(range(1000, 1000 + len(heads)))
    assert [head[4] for head in heads] == [True] + [False] * (len(heads) - 1)
    steps = {later[2] - earlier[2] & 0xFFFFFFFF for earlier, later in pairwise(heads)}
    assert steps == {960}, "time goes on evenly"


def test_the_recorder_gets_everything_and_who_speaks_is_known_of_all(room: CoreRoom) -> None:
    for step in range(40):
        both(room, step, 30, 20)
    assert len(room.core.take_tapped()) == 80
    room.core.take_events()
    for step in range(40, 80):
        both(room, step, 30, 20)
    room.tick(500 * NS_PER_MS)
    said = {event.up: event for event in room.core.take_events() if isinstance(event, Spoke)}
    assert (said[MICROPHONE].loud, said[MICROPHONE].level) == (80, 30)
    assert said[OTHER].level == 20
    assert room.core.counts()["dropped_quiet"] >= 79


def test_an_ended_choice_lets_all_through(room: CoreRoom) -> None:
    both(room, 0, QUIET, VOICE)
    room.core.set_loudest(GROUP, (), 0, ())
    assert len(both(room, 1, QUIET, VOICE)) == 1


def test_a_late_packet_of_who_passed_still_comes(room: CoreRoom) -> None:
    room.core.set_loudest(GROUP, (MICROPHONE, OTHER), 2, ())
    room.feed(sound(65_535, VOICE))
    room.feed(sound(1, VOICE))
    room.core.set_loudest(GROUP, (MICROPHONE, OTHER), 1, (OTHER,))
    assert room.sequences(room.feed(sound(0, VOICE))) == [1001]


def test_what_was_lost_of_who_is_not_forwarded_is_still_recorded(room: CoreRoom) -> None:
    room.core.set_loudest(GROUP, (MICROPHONE, OTHER), 1, (OTHER,))
    both(room, 0, QUIET, VOICE)
    room.feed(sound(1, QUIET))
    room.core.set_loudest(GROUP, (MICROPHONE, OTHER), 0, (OTHER,))
    room.feed(sound(2, QUIET))
    room.feed(sound(4, QUIET))
    room.core.take_tapped()
    asked = [number for _ in range(3) for number in room.nacks(room.tick())]
    assert 3 in asked
    assert room.feed(sound(3, QUIET)) == []
    assert len(room.core.take_tapped()) == 1
    assert room.feed(sound(3, QUIET)) == []
    assert room.core.take_tapped() == []
    assert 3 not in [number for _ in range(20) for number in room.nacks(room.tick())], "it is here"
