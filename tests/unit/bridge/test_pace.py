"""Guessing codes is slow, and nobody can make it slow for others."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import Refusal
from bridge.ids import NS_PER_S, UtcNs
from bridge.pace import ATTACK, FREE, FREE_UNDER_ATTACK, REGAIN_NS, after_mistake, check_pace
from bridge.trying_rows import Tried

NOW = UtcNs(10**15)


Pace = dict[str, Tried]


def refused(pace: Pace, address: str, now: int = NOW) -> str | None:
    try:
        check_pace(pace, address, UtcNs(now))
    except Refusal as refusal:
        return refusal.word("seconds")
    return None


def mistakes(pace: Pace, address: str, count: int, now: int = NOW) -> Pace:
    for _ in range(count):
        pace = {**pace, **{one.key: one for one in after_mistake(pace, address, UtcNs(now))}}
    return pace


def test_an_address_makes_so_many_mistakes_and_waits_seconds() -> None:
    pace = mistakes(Pace(), "a", FREE - 1)
    assert refused(pace, "a") is None
    pace = mistakes(pace, "a", 1)
    assert refused(pace, "a") == str(REGAIN_NS // NS_PER_S)
    assert refused(pace, "a", NOW + REGAIN_NS) is None


@given(st.lists(st.sampled_from([f"198.51.100.{n}" for n in range(50)]), max_size=300))
def test_whatever_others_do_who_made_no_mistake_is_answered(guesses: list[str]) -> None:
    pace = Pace()
    for address in guesses:
        pace = mistakes(pace, address, 1)
    assert refused(pace, "192.0.2.1") is None


def test_under_attack_everybody_has_fewer_mistakes_and_calm_comes_back() -> None:
    pace = Pace()
    for number in range(ATTACK * 3):
        pace = mistakes(pace, f"10.0.{number // 250}.{number % 250}", 1)
    own = mistakes(pace, "me", FREE_UNDER_ATTACK - 1)
    assert refused(own, "me") is None
    assert refused(mistakes(own, "me", 1), "me") is not None
    later = NOW + 2 * ATTACK * REGAIN_NS
    assert refused(mistakes(pace, "me", FREE - 1, later), "me", later) is None


def test_what_lies_ahead_is_of_before_the_clock_was_set_back() -> None:
    assert refused(mistakes(Pace(), "a", 3 * FREE), "a", NOW - 1) is None
