"""Mixed sound: an exact sum while it fits, never louder than the ceiling, never chopped."""

import itertools
import math
from array import array

from hypothesis import given
from hypothesis import strategies as st

from recorder.rendition.mixing import BLOCK, CEILING, RATE, limited, mixed


def tone(hz: float, amplitude: int, count: int = RATE) -> "array[int]":
    return array("h", (round(amplitude * math.sin(2 * math.pi * hz * place / RATE)) for place in range(count)))


def test_nobody_is_silence() -> None:
    assert mixed([], 100) == array("h", [0] * 100)


def test_what_fits_is_summed_as_it_is() -> None:
    one, other = tone(300, 9_000), tone(700, 9_000)
    assert list(mixed([one, other], RATE)) == [a + b for a, b in zip(one, other, strict=True)]


def test_one_quiet_voice_is_left_alone() -> None:
    assert mixed([tone(300, CEILING)], RATE) == tone(300, CEILING)


def test_ten_loud_voices_are_turned_down_and_not_clipped() -> None:
    found = mixed([tone(440, 30_000) for _ in range(10)], RATE)
    assert max(found) <= CEILING
    middle = found[RATE // 2 : RATE // 2 + BLOCK]
    expected = tone(440, max(middle))[RATE // 2 : RATE // 2 + BLOCK]
    assert max(abs(a - b) for a, b in zip(middle, expected, strict=True)) < 200


def test_it_is_down_before_the_loud_part_begins_and_comes_back_slowly() -> None:
    quiet, loud = [1_000] * RATE, [60_000] * BLOCK
    found = limited(array("i", [*quiet, *loud, *quiet]))
    begin = RATE
    assert max(found) <= CEILING
    assert found[begin - 1] < 600
    steps = [abs(after - before) for before, after in itertools.pairwise(found)]
    assert max(steps[: begin - 1] + steps[begin + BLOCK :]) < 10  # nothing but the recorded steps themselves
    assert found[-1] == 1_000


@given(st.lists(st.integers(-400_000, 400_000), min_size=1, max_size=4 * BLOCK))
def test_nothing_is_ever_louder_than_the_ceiling(samples: list[int]) -> None:
    found = limited(array("i", samples))
    assert len(found) == len(samples)
    assert max(abs(sample) for sample in found) <= CEILING
