"""Tones tell participants apart, beeps tell the second."""

from array import array

import pytest

from deploy.marks import SAMPLE_RATE, PointSound, find_beeps, find_tones, tone_of


def _samples(code: int, start: float, seconds: float) -> "array[int]":
    sound = PointSound(code)
    found: array[int] = array("h")
    for number in range(round(seconds * 50)):
        found.frombytes(sound.samples(start + number * 0.02, SAMPLE_RATE // 50))
    return found


@pytest.mark.parametrize("code", [0, 1, 7, 39])
def test_tone_tells_who(code: int) -> None:
    heard = find_tones(_samples(code, 100.2, 0.2), SAMPLE_RATE, range(40))
    assert list(heard) == [code]


def test_two_tones_at_once() -> None:
    first, second = _samples(3, 0.2, 0.2), _samples(4, 0.2, 0.2)
    mixed = [a + b for a, b in zip(first, second, strict=True)]
    assert set(find_tones(mixed, SAMPLE_RATE, range(40))) == {3, 4}


def test_silence_is_nobody() -> None:
    assert find_tones([0] * 4800, SAMPLE_RATE, range(40)) == {}
    assert find_beeps([0] * 48_000, SAMPLE_RATE) == []


def test_beeps_stand_at_full_seconds() -> None:
    beeps = find_beeps(_samples(5, 1000.25, 3.5), SAMPLE_RATE)
    assert [round(at - 0.75) for at in beeps] == [0, 1, 2]
    assert all(abs(at - 0.75 - n) < 0.004 for n, at in enumerate(beeps))


def test_tones_differ() -> None:
    assert len({tone_of(code) for code in range(40)}) == 40
