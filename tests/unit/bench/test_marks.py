"""Marks are read as written, and what they tell of losses and delays is right."""

from hypothesis import given
from hypothesis import strategies as st

from tests.bench.marks import SIZE, Mark, Tally, read_mark, stamp

MARKS = st.builds(
    Mark, st.integers(0, 255), st.booleans(), st.integers(0, 0xFFFFFFFF), st.integers(0, 0xFFFFFFFFFFFFFFFF)
)


@given(MARKS, st.binary(min_size=SIZE, max_size=200))
def test_read_as_written(mark: Mark, body: bytes) -> None:
    packet = bytearray(body)
    stamp(packet, mark)
    assert read_mark(bytes(packet)) == mark
    assert packet[:-SIZE] == body[:-SIZE]


@given(st.binary(max_size=SIZE - 1))
def test_too_short_for_a_mark(packet: bytes) -> None:
    assert read_mark(packet) is None


def test_no_mark() -> None:
    assert read_mark(bytes(100)) is None


def test_tally_counts_holes_per_track() -> None:
    tally = Tally()
    for number in (5, 6, 9):
        tally.came(Mark(0, True, number, 100), 150)
    tally.came(Mark(1, True, 1, 100), 130)
    tally.came(Mark(0, False, 70, 100), 120)
    tally.came(None, 0)
    assert tally.missing == 2
    assert tally.unmarked == 1
    assert tally.latencies_ns == [50, 50, 50, 30, 20]
