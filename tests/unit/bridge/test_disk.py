"""When a disk is too small for what is planned."""

import pytest

from bridge.disk import Disk, Look, Space, before_start, expected_bits, in_gigabytes, looked, under_way
from bridge.errors import Code
from bridge.rules import may_start

MEGABIT = 1_000_000


def test_a_session_needs_what_its_seats_and_one_screen_send() -> None:
    assert expected_bits(3) == 3 * (1_500_000 + 64_000) + 2_000_000


@pytest.mark.parametrize(
    ("free", "space"),
    [(59, Space.SHORT), (60, Space.LOW), (119, Space.LOW), (120, Space.ENOUGH)],
)
def test_below_what_is_wanted_it_is_short_below_twice_that_low(free: int, space: Space) -> None:
    look = looked([Disk("spool", free * MEGABIT)], 1, 8 * MEGABIT)
    assert (look.space, look.wanted_bytes) == (space, 60 * MEGABIT)
    assert may_start(look) == (Code.DISK_SHORT if space is Space.SHORT else None)


def test_the_fullest_disk_counts() -> None:
    disks = [Disk("spool", 10**12), Disk("store", 5)]
    assert looked(disks, 1, MEGABIT) == Look(Space.SHORT, 5, 7_500_000)


def test_a_recorder_that_names_no_disk_is_not_refused() -> None:
    assert looked([], 120, MEGABIT).space is Space.ENOUGH


def test_what_others_write_meanwhile_counts_too() -> None:
    alone = before_start([Disk("spool", 10**10)], 60, 2, 0)
    beside = before_start([Disk("spool", 10**10)], 60, 2, 8 * MEGABIT)
    assert beside.wanted_bytes - alone.wanted_bytes == 3600 * MEGABIT


def test_under_way_only_the_rest_is_wanted_and_never_less_than_a_quarter_of_an_hour() -> None:
    disks = [Disk("spool", 10**10)]
    assert under_way(disks, 120, 30, 8 * MEGABIT).wanted_bytes == 90 * 60 * MEGABIT
    assert under_way(disks, 120, 119, 8 * MEGABIT).wanted_bytes == 15 * 60 * MEGABIT
    assert under_way(disks, 120, 500, 8 * MEGABIT).wanted_bytes == 15 * 60 * MEGABIT


@pytest.mark.parametrize(("amount", "said"), [(0, 0.0), (1, 0.1), (1_250_000_000, 1.2), (10**12, 1000.0)])
def test_people_are_told_gigabytes(amount: int, said: float) -> None:
    assert in_gigabytes(amount) == said
