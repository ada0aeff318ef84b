"""Percentiles, and what ``/proc`` says."""

import os

import pytest

from tests.bench.figures import parse_cpu, percentile, usage


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1), (0.1, 1), (0.5, 5), (0.51, 6), (0.9, 9), (0.99, 10), (1.0, 10)]
)
def test_percentile_is_the_nearest_rank(share: float, expected: int) -> None:
    assert percentile([3, 1, 2, 10, 9, 8, 7, 6, 5, 4], share) == expected


def test_percentile_of_nothing() -> None:
    assert percentile([], 0.5) == 0.0


def test_a_name_with_blanks_and_brackets_does_not_shift_the_fields() -> None:
    ticks = os.sysconf("SC_CLK_TCK")
    stat = f"42 (a) b (c) S 1 1 1 0 -1 0 0 0 0 0 {2 * ticks} {3 * ticks} 0 0 20 0 1 0"
    assert parse_cpu(stat) == 5.0


def test_usage_of_this_process_grows() -> None:
    before = usage(os.getpid())
    sum(index * index for index in range(3_000_000))
    after = usage(os.getpid())
    assert after.cpu_s > before.cpu_s
    assert 1 < after.rss_mb < 10_000
