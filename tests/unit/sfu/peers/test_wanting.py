"""Which pictures nobody wants, and how long an offer waits for more to come."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.ids import NS_PER_MS, NS_PER_S
from sfu.core.seam import UpId
from sfu.peers.pace import OfferPace
from sfu.peers.unwanted import PATIENCE_NS, Unwanted

A, B = UpId(1), UpId(2)


def test_unwanted_for_five_seconds_and_not_before() -> None:
    unwanted = Unwanted()
    assert unwanted.weigh([A], 0) == frozenset()
    assert unwanted.due_ns(0) == 5 * NS_PER_S
    unwanted.weigh([A, B], NS_PER_S)
    assert unwanted.due_ns(NS_PER_S) == 4 * NS_PER_S
    unwanted.weigh([A, B], PATIENCE_NS - 1)
    assert unwanted.stopped == frozenset()
    unwanted.weigh([A, B], PATIENCE_NS)
    assert unwanted.stopped == {A}
    assert unwanted.due_ns(PATIENCE_NS) == NS_PER_S


def test_wanted_again_at_once_and_counted_anew() -> None:
    unwanted = Unwanted()
    unwanted.weigh([A], 0)
    unwanted.weigh([A], PATIENCE_NS)
    assert unwanted.weigh([], PATIENCE_NS + 1) == {A}
    assert unwanted.stopped == frozenset()
    assert unwanted.due_ns(PATIENCE_NS + 1) is None
    unwanted.weigh([A], PATIENCE_NS + 2)
    assert unwanted.stopped == frozenset()


def test_wanted_for_a_moment_begins_the_five_seconds_anew() -> None:
    unwanted = Unwanted()
    unwanted.weigh([A], 0)
    unwanted.weigh([], PATIENCE_NS - 1)
    unwanted.weigh([A], PATIENCE_NS)
    assert unwanted.stopped == frozenset()


def offers(changes_ns: list[int]) -> list[int]:
    """When offers are made, by a downlink whose browser answers at once, for changes at these times."""
    pace = OfferPace()
    made: list[int] = []
    due: int | None = None
    for at in [*changes_ns, 1 << 62]:
        if due is not None and due <= at:
            pace.offered(due)
            made.append(due)
            due = None
        if due is None and at < 1 << 62:
            due = at + pace.wait_ns(at)
    return made


def test_a_quiet_room_waits_20_ms() -> None:
    assert offers([0, 5 * NS_PER_S, 10 * NS_PER_S]) == [at + 20 * NS_PER_MS for at in (0, 5 * NS_PER_S, 10 * NS_PER_S)]


def test_sixty_tracks_within_a_second_are_a_handful_of_offers() -> None:
    assert len(offers([number * NS_PER_S // 60 for number in range(60)])) <= 6


@given(st.lists(st.integers(0, 60 * NS_PER_S), min_size=1, max_size=200).map(sorted))
def test_nothing_waits_longer_than_half_a_second(changes_ns: list[int]) -> None:
    made = offers(changes_ns)
    for change in changes_ns:
        assert any(change <= at <= change + 500 * NS_PER_MS for at in made)
