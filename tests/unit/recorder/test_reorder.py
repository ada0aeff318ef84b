"""Order, duplicates, repair window, holes, wrap-around."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.ids import NS_PER_S
from recorder.reorder import MAX_LATE, Arrived, Hole, Reorder
from recorder.rtp import RtpPacket

WINDOW = 2 * NS_PER_S
FIRSTS = [0, 1, 127, 128, 32_767, 32_768, 65_534, 65_535]


def _packet(sequence: int) -> RtpPacket:
    return RtpPacket(sequence % 65_536, 0, 1, False, 96, b"x")


def _run(arrivals: list[tuple[int, int]], end_ns: int | None = None) -> tuple[list[int | Hole], Reorder]:
    """(sequence, arrival) in order of arrival → sequences and holes as taken."""
    reorder = Reorder(WINDOW)
    taken: list[int | Hole] = []
    for number, (sequence, arrival) in enumerate(arrivals, 1):
        reorder.put(number, arrival, _packet(sequence))
        taken += _take(reorder, arrival)
    if end_ns is not None:
        taken += _take(reorder, end_ns)
    return taken, reorder


def _take(reorder: Reorder, now: int, *, closing: bool = False) -> list[int | Hole]:
    taken: list[int | Hole] = []
    while (item := reorder.take(now, closing=closing)) is not None:
        taken.append(item.packet.sequence if isinstance(item, Arrived) else item)
    return taken


@pytest.mark.parametrize("first", FIRSTS)
def test_what_comes_in_order_is_given_at_once(first: int) -> None:
    taken, _ = _run([(first + step, step) for step in range(5)])
    assert taken == [(first + step) % 65_536 for step in range(5)]


@pytest.mark.parametrize("first", FIRSTS)
def test_a_repaired_packet_takes_its_place(first: int) -> None:
    taken, _ = _run([(first, 0), (first + 2, 1), (first + 3, 2), (first + 1, 3)])
    assert taken == [(first + step) % 65_536 for step in range(4)]


@pytest.mark.parametrize("first", FIRSTS)
def test_what_does_not_come_within_the_window_is_a_hole(first: int) -> None:
    arrivals = [(first, 0), (first + 3, 10), (first + 4, 20)]
    assert _run(arrivals, 10 + WINDOW)[0] == [first]
    taken, _ = _run(arrivals, 11 + WINDOW)
    assert taken == [first, Hole(2), (first + 3) % 65_536, (first + 4) % 65_536]


def test_each_hole_waits_for_itself() -> None:
    arrivals = [(0, 0), (2, 10), (4, NS_PER_S)]
    taken, reorder = _run(arrivals, 11 + WINDOW)
    assert taken == [0, Hole(1), 2]
    assert _take(reorder, NS_PER_S + WINDOW + 1) == [Hole(1), 4]


def test_closing_waits_for_nothing() -> None:
    _, reorder = _run([(0, 0), (2, 1), (5, 2)])
    assert _take(reorder, 2, closing=True) == [Hole(1), 2, Hole(2), 5]


def test_duplicates_are_counted_and_dropped() -> None:
    taken, reorder = _run([(0, 0), (1, 1), (1, 2), (3, 3), (3, 4), (0, 5)])
    assert taken == [0, 1]
    assert reorder.duplicates == 3


def test_a_numbering_that_begins_anew_is_taken_up_at_its_second_packet() -> None:
    start = MAX_LATE + 20_000
    taken, reorder = _run([(start, 0), (start + 1, 1), (7, 2), (8, 3), (9, 4)])
    assert taken == [start, start + 1, Hole(0), 8, 9]
    assert reorder.duplicates == 0


def test_one_stray_packet_changes_nothing() -> None:
    start = MAX_LATE + 20_000
    taken, _ = _run([(start, 0), (7, 1), (start + 1, 2), (400, 3), (start + 2, 4)])
    assert taken == [start, start + 1, start + 2]


def test_least_number_is_that_of_what_waits() -> None:
    _, reorder = _run([(0, 0), (5, 1), (4, 2)])
    assert reorder.least_number() == 2


@given(
    first=st.integers(0, 65_535),
    count=st.integers(1, 200),
    lost=st.sets(st.integers(1, 199), max_size=40),
    seed=st.integers(0, 1000),
)
def test_every_packet_comes_once_in_order_and_every_hole_is_told(
    first: int, count: int, lost: set[int], seed: int
) -> None:
    noise = random.Random(seed)
    sent = [(index, index * 10_000_000 + noise.randrange(500_000_000)) for index in range(count) if index not in lost]
    sent[1:] = sorted(sent[1:], key=lambda packet: packet[1])
    reorder = Reorder(WINDOW)
    taken: list[int | Hole] = []
    for number, (index, arrival) in enumerate(sent, 1):
        reorder.put(number, arrival, _packet(first + index))
        taken += _take(reorder, arrival)
    taken += _take(reorder, 10**12, closing=True)
    at = first
    for item in taken:
        if isinstance(item, Hole):
            assert all((missing - first) in lost for missing in range(at, at + item.missing))
            at += item.missing
        else:
            assert item == at % 65_536
            at += 1
    last = max(index for index, _ in sent)
    assert at == first + last + 1
