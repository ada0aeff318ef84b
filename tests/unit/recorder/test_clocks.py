"""How the recorder knows what time it is at the node, and how much comes in."""

import pytest

from bridge.ids import NS_PER_S
from recorder.nodeclock import NodeClock, next_part_at
from recorder.rate import WINDOW_S, Rate

S = NS_PER_S


def test_the_frame_that_waited_least_says_how_far_the_node_is() -> None:
    clock = NodeClock()
    assert clock.reads(5) is None
    for sent, waited in ((100.0, 3.0), (101.0, 0.02), (102.0, 0.05)):
        clock.heard(round((sent + waited) * S) - 90 * S, round(sent * S))
    reads = clock.reads(20 * S)
    assert reads is not None
    assert abs(reads - round(109.98 * S)) < S // 1000


def test_two_clocks_that_drift_apart_are_followed() -> None:
    clock = NodeClock()
    for second in range(0, 4 * 3600, 10):
        clock.heard(second * S, round(second * S * (1 - 50e-6)))
    reads = clock.reads(4 * 3600 * S)
    assert reads is not None
    assert abs(reads - 4 * 3600 * S * (1 - 50e-6)) < S // 100


HEARD, NOW = 100 * S, 103 * S


@pytest.mark.parametrize(
    ("by_wall", "by_mono", "same_node", "now", "at"),
    [
        (102, 102, True, 103, 102),  # nobody set a clock
        (102, 102, True, None, 102),
        (500, 500, True, 103, 500),  # both say so: this process's clock stood still
        (3702, 102, True, 103, 102),  # set forward, backward; the same machine
        (-3498, 102, True, 103, 102),
        (3702, 102, True, None, 102),
        (102, -90_000, True, 103, 102),  # the machine was started anew
        (102, 90_000, False, 103, 102),  # another machine
        (102, 90_000, False, None, 102),
        (3702, 90_000, False, 103, 102),  # another machine, and set forward
        (102.7, 102.7, False, 103, 102),  # another machine, whose clocks happen to say nearly the same
        (-3498, -5, False, 103, 102),
        (-3498, -5, False, None, 100),  # nothing is known: never before what is recorded
        (99, 99, True, 103, 100),
    ],
)
def test_where_another_run_of_the_node_begins(
    by_wall: float, by_mono: float, same_node: bool, now: int | None, at: int
) -> None:
    """It says that it began a second ago."""
    now_ns = None if now is None else now * S
    wall_ns, mono_ns = round(by_wall * S), round(by_mono * S)
    said = next_part_at(by_wall=wall_ns, by_mono=mono_ns, same_node=same_node, heard=HEARD, now=now_ns, age=S)
    assert said == at * S


@pytest.mark.parametrize(("age_s", "at"), [(0, 103), (2, 101), (30, 100), (-5, 103)])
def test_another_node_begins_by_its_own_word_on_how_long_ago(age_s: int, at: int) -> None:
    """Never before what was heard, never ahead of now."""
    said = next_part_at(by_wall=0, by_mono=0, same_node=False, heard=HEARD, now=NOW, age=age_s * S)
    assert said == at * S


def test_the_rate_is_that_of_the_last_half_minute() -> None:
    rate = Rate()
    assert rate.bits_per_s(0) == 0
    for second in range(60):
        rate.add(second * S, 1000 if second < 30 else 500)
    assert rate.bits_per_s(60 * S) == pytest.approx(4000, rel=0.05)
    assert rate.bits_per_s((60 + WINDOW_S) * S) == 0
