"""The token bucket of one socket."""

from bridge.ids import MonoNs
from signaling.limits import TokenBucket

SECOND = 1_000_000_000


def test_a_burst_is_let_through_then_the_steady_rate() -> None:
    bucket = TokenBucket(10, 3, MonoNs(0))
    assert [bucket.take(MonoNs(0)) for _ in range(4)] == [True, True, True, False]
    assert bucket.refused == 1
    assert bucket.take(MonoNs(SECOND // 10))
    assert bucket.refused == 0


def test_silence_saves_no_more_than_one_burst() -> None:
    bucket = TokenBucket(10, 3, MonoNs(0))
    later = MonoNs(100 * SECOND)
    assert [bucket.take(later) for _ in range(4)] == [True, True, True, False]


def test_a_flood_adds_up_although_some_of_it_is_let_through() -> None:
    bucket = TokenBucket(10, 3, MonoNs(0))
    for number in range(1000):
        bucket.take(MonoNs(number * SECOND // 100))
    assert bucket.refused > 700
