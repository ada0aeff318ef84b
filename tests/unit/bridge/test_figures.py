"""Histograms as the exposition format wants them, and the p99 of how late a loop turned."""

import pytest

from bridge.figures import Histogram, Lateness


def test_buckets_are_cumulative_and_a_bound_belongs_to_its_bucket() -> None:
    histogram = Histogram((0.1, 0.5, 1))
    for value in (0.05, 0.1, 0.3, 1.0, 7.0):
        histogram.observe(value)
    assert histogram.cumulative() == [("0.1", 2), ("0.5", 3), ("1.0", 4), ("+Inf", 5)]
    assert (histogram.count, round(histogram.total, 2)) == (5, 8.45)


def test_nothing_observed_is_nothing_late() -> None:
    assert Lateness().p99 == 0.0


@pytest.mark.parametrize(("late", "p99"), [(1, 0.001), (4, 0.001), (5, 0.4)])
def test_the_p99_is_of_the_last_two_minutes(late: int, p99: float) -> None:
    lateness = Lateness()
    for _ in range(500):
        lateness.observe(2.0)  # long ago
    for number in range(480):
        lateness.observe(0.4 if number < late else 0.001)
    assert lateness.p99 == p99
    assert lateness.histogram.count == 980


def test_a_timer_is_never_early() -> None:
    lateness = Lateness()
    lateness.observe(-0.001)
    assert lateness.histogram.cumulative()[0] == ("0.001", 1)
