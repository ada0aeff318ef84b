"""The same seed does the same; every part has its turn; nothing falls outside its time."""

from collections import Counter

from tests.chaos.plan import AWAY, KILLED, LIVE_S, choose


def test_a_seed_and_a_number_say_everything() -> None:
    assert [choose(number, 5, KILLED, 60) for number in range(50)] == [
        choose(number, 5, KILLED, 60) for number in range(50)
    ]
    assert choose(1, 5, KILLED, 60) != choose(2, 5, KILLED, 60)
    assert choose(1, 5, KILLED, 60).at_s != choose(1, 6, KILLED, 60).at_s


def test_a_hundred_loops_kill_everything_also_while_the_session_ends() -> None:
    choices = [choose(number, 5, KILLED, 60) for number in range(100)]
    counted = Counter(choice.part for choice in choices)
    assert set(counted) == set(KILLED)
    assert set(counted.values()) <= {16, 17}
    assert any(not choice.while_live for choice in choices)
    assert any(choice.at_s < 2 for choice in choices)
    assert max(choice.at_s for choice in choices) < LIVE_S + 3


def test_what_stays_away_goes_while_the_session_is_live() -> None:
    assert all(choose(number, 5, AWAY, 60).while_live for number in range(20))
    assert all(choose(number, 5, AWAY, 60).away_s == 60 for number in range(20))
