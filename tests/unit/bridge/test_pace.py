"""Guessing codes is slow, and nobody can make it slow for others."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import Refusal
from bridge.ids import NS_PER_S, MonoNs
from bridge.pace import ATTACK, FREE, FREE_UNDER_ATTACK, MAX_ADDRESSES, REGAIN_NS, Pace, after_mistake, check_pace

NOW = MonoNs(10**15)


def refused(pace: Pace, address: str, now: int = NOW) -> str | None:
    try:
        check_pace(pace, address, MonoNs(now))
    except Refusal as refusal:
        return refusal.params["seconds"]
    return None


def mistakes(pace: Pace, address: str, count: int, now: int = NOW) -> Pace:
    for _ in range(count):
        pace = after_mistake(pace, address, MonoNs(now))
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
        pace = after_mistake(pace, address, NOW)
    assert refused(pace, "192.0.2.1") is None


def test_under_attack_everybody_has_fewer_mistakes_and_calm_comes_back() -> None:
    pace = Pace()
    for number in range(ATTACK * 3):
        pace = after_mistake(pace, f"10.0.{number // 250}.{number % 250}", NOW)
    own = mistakes(pace, "me", FREE_UNDER_ATTACK - 1)
    assert refused(own, "me") is None
    assert refused(mistakes(own, "me", 1), "me") is not None
    later = NOW + 2 * ATTACK * REGAIN_NS
    assert refused(mistakes(pace, "me", FREE - 1, later), "me", later) is None


def test_addresses_are_forgotten_before_they_fill_the_memory() -> None:
    pace = Pace({f"a{number}": after_mistake(Pace(), "x", NOW).all for number in range(MAX_ADDRESSES)})
    assert len(after_mistake(pace, "new", NOW).addresses) == MAX_ADDRESSES
    assert len(after_mistake(pace, "new", MonoNs(NOW + 2 * REGAIN_NS)).addresses) == 1
