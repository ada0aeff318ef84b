"""Lines as a number and a word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.control import LineCounters
from bridge.ids import NS_PER_S
from bridge.quality import BEST, LineSpan, Quality, quality_of, r_value, span_of, worst_rating


def counted(packets: int, lost: int = 0, octets: int = 0) -> LineCounters:
    return LineCounters(packets, lost, octets, 5.0, 40.0)


def test_a_span_is_what_came_between_two_looks() -> None:
    span = span_of(counted(100, 10, 1000), counted(300, 20, 126_000), 10 * NS_PER_S)
    assert span == LineSpan(loss=0.05, jitter_ms=5.0, rtt_ms=40.0, kbps=100.0)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (None, counted(5)),
        (counted(5), None),
        (counted(5), counted(5)),  # nothing was sent: all is muted
        (counted(500), counted(3)),  # a new connection
        (counted(500, 9), counted(600, 3)),  # a track that had lost much ended
    ],
)
def test_nothing_is_said_of_what_was_not_measured(before: LineCounters | None, now: LineCounters | None) -> None:
    assert span_of(before, now, NS_PER_S) is None


@pytest.mark.parametrize(
    ("loss", "rtt_ms", "word"),
    [(0.0, 20, Quality.GOOD), (0.1, 20, Quality.POOR), (0.0, 900, Quality.POOR), (0.35, 20, Quality.BAD)],
)
def test_the_word_for_a_line(loss: float, rtt_ms: float, word: Quality) -> None:
    assert quality_of(LineSpan(loss, 0, rtt_ms, 0).rating) is word


@given(st.floats(0, 1), st.floats(0, 5000), st.floats(0, 5000))
def test_a_rating_stays_in_its_bounds_and_loss_never_helps(loss: float, jitter: float, rtt: float) -> None:
    rating = LineSpan(loss, jitter, rtt, 0).rating
    assert 0 <= rating <= BEST
    assert LineSpan(min(1.0, loss + 0.1), jitter, rtt, 0).rating <= rating


def test_the_worst_is_of_what_was_measured() -> None:
    good, bad = LineSpan(0, 0, 0, 0), LineSpan(0.5, 0, 0, 0)
    assert worst_rating([None, good, bad]) == bad.rating
    assert worst_rating([None]) is None


# The client's test has the same table: both say the same of the same line.
SAME = [
    (0, 0, 0, 92.56),
    (0, 3, 20, 92.18),
    (0.01, 3, 20, 88.54),
    (0.1, 3, 20, 65.11),
    (0.35, 3, 20, 36.86),
    (0, 10, 300, 86.37),
    (0, 10, 600, 66.27),
    (1, 0, 0, 16.62),
]


@pytest.mark.parametrize(("loss", "jitter_ms", "rtt_ms", "expected"), SAME)
def test_the_e_model(loss: float, jitter_ms: float, rtt_ms: float, expected: float) -> None:
    assert r_value(loss, jitter_ms, rtt_ms) == pytest.approx(expected, abs=0.01)


def test_sound_that_flows_is_rated_by_its_own_loss() -> None:
    before = LineCounters(1000, 0, 0, 5.0, 40.0, sound_packets=100, sound_lost=1)
    now = LineCounters(2000, 100, 9, 5.0, 40.0, sound_packets=200, sound_lost=2)
    span = span_of(before, now, NS_PER_S)
    assert span is not None
    assert (span.loss, span.sound_loss) == (0.1, 0.01)
    assert span.rating == r_value(0.01, 5.0, 40.0)


def test_without_sound_the_whole_line_is_rated() -> None:
    span = span_of(counted(1000), counted(2000, 100), NS_PER_S)
    assert span is not None
    assert span.rating == r_value(0.1, 5.0, 40.0)
