"""Which of a receiver's askings are answered, with how many copies, and what that may cost."""

import pytest

from bridge.ids import NS_PER_MS, NS_PER_S
from sfu.core.repeats import ASKED_MOST, IN_HAND, Repeats, Repetition

RTT_NS = 50 * NS_PER_MS
ANSWERS = {Repetition.NOW: 1, Repetition.TWICE: 2}


def ask_each(repeats: Repeats, every: int, until: int, flowed: int = 0) -> list[Repetition]:
    """Of ``until`` packets every so many-th is asked for once, as it flows."""
    return [repeats.asked(flowed + n, n, RTT_NS, flowed + n) for n in range(every, until, every)]


def test_one_copy_at_first_and_two_when_it_is_asked_for_again() -> None:
    repeats = Repeats()
    found = [repeats.asked(7, n * RTT_NS, RTT_NS, 10) for n in range(ASKED_MOST + 2)]
    assert found == [Repetition.NOW, *[Repetition.TWICE] * (ASKED_MOST - 1), Repetition.OFTEN, Repetition.OFTEN]


@pytest.mark.parametrize("rtt_ms", [0, 5, 300])
def test_not_again_within_the_round_trip(rtt_ms: int) -> None:
    """10 ms at least: a browser next door asks as fast."""
    repeats = Repeats()
    pause = max(rtt_ms, 10) * NS_PER_MS
    assert repeats.asked(7, 0, rtt_ms * NS_PER_MS, 1) is Repetition.NOW
    assert repeats.asked(7, pause - 1, rtt_ms * NS_PER_MS, 1) is Repetition.EARLY
    assert repeats.asked(7, pause, rtt_ms * NS_PER_MS, 1) is Repetition.TWICE


@pytest.mark.parametrize(("every", "lossy"), [(100, False), (50, False), (20, True), (10, True), (5, True)])
def test_lossy_lines_get_two_copies_of_each_answer(every: int, lossy: bool) -> None:
    repeats = Repeats()
    found = ask_each(repeats, every, 2000)
    assert repeats.lossy is lossy
    assert found[-1] is (Repetition.TWICE if lossy else Repetition.NOW)


def test_a_line_that_became_good_gets_one() -> None:
    repeats = Repeats()
    ask_each(repeats, 5, 500)
    assert repeats.lossy
    assert repeats.asked(5000, NS_PER_S, RTT_NS, 5000) is Repetition.NOW


def test_a_lossy_line_is_known_within_a_second_of_pictures() -> None:
    assert Repetition.TWICE in ask_each(Repeats(), 10, 100)


def test_second_copies_leave_room_for_first_answers() -> None:
    """An outage: all is asked for at once, and half of what may be owed answers once each."""
    repeats = Repeats()
    found = [repeats.asked(n, 0, RTT_NS, 1000) for n in range(IN_HAND + 10)]
    assert found.count(Repetition.DEAR) > 10
    assert sum(ANSWERS.get(one, 0) for one in found) == IN_HAND
    first_dear = found.index(Repetition.DEAR)
    assert found[first_dear - IN_HAND // 2 : first_dear] == [Repetition.NOW] * (IN_HAND // 2)


@pytest.mark.parametrize("rounds", [3, 20])
def test_whoever_asks_for_everything_gets_the_track_twice_at_most(rounds: int) -> None:
    repeats, sent, flowed = Repeats(), 0, 0
    for turn in range(rounds):
        for n in range(flowed, flowed + 50):
            for asking in range(ASKED_MOST):
                sent += ANSWERS.get(repeats.asked(n, (turn * 10 + asking) * RTT_NS, RTT_NS, flowed + 50), 0)
        flowed += 50
    assert sent <= IN_HAND + flowed
    assert sent >= min(flowed, IN_HAND)


def test_what_was_too_dear_is_answered_once_it_is_earned() -> None:
    repeats = Repeats()
    for n in range(IN_HAND + 1):
        repeats.asked(n, 0, RTT_NS, 1000)
    assert repeats.asked(2000, RTT_NS, RTT_NS, 1000) is Repetition.DEAR
    assert repeats.asked(2000, RTT_NS, RTT_NS, 1001) is Repetition.NOW
    assert repeats.asked(2001, RTT_NS, RTT_NS, 1001) is Repetition.DEAR


def test_old_askings_are_forgotten_and_memory_stays_small() -> None:
    repeats = Repeats()
    for n in range(5000):
        repeats.asked(n, n, 0, n)
    assert len(repeats._done) <= 1024  # noqa: SLF001 - what is kept is nobody's to read
