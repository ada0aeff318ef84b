"""Hears tones and beeps in decoded sound (Goertzel's filter; no Fourier transform is needed for a few pitches)."""

import math
from collections.abc import Iterable, Sequence

from deploy.marks.sound import BEEP_HZ, tone_of

_FULL = 32_768
_HOP_SECONDS = 0.0025
_WINDOW_SECONDS = 0.005
"""15 periods of the beep: an onset is found within about 2 ms."""

_LEAST_TONE = 0.01
_LEAST_BEEP = 0.1
_QUIET_SECONDS = 0.5
"""Beeps are a second apart."""


def amplitude_of(hz: float, samples: Sequence[int], rate: int) -> float:
    """How strong the pitch is in 16-bit mono samples: 0 … 1 (1: a sine at full scale)."""
    if not samples:
        return 0.0
    turn = 2 * math.pi * hz / rate
    factor = 2 * math.cos(turn)
    before, last = 0.0, 0.0
    for sample in samples:
        before, last = last, sample + factor * last - before
    power = before * before + last * last - factor * before * last
    return 2 * math.sqrt(max(power, 0.0)) / len(samples) / _FULL


def find_tones(samples: Sequence[int], rate: int, codes: Iterable[int]) -> dict[int, float]:
    """Which of these participants' tones are heard, and how strong. Give at least 100 ms."""
    heard = {code: amplitude_of(tone_of(code), samples, rate) for code in codes}
    return {code: amplitude for code, amplitude in heard.items() if amplitude >= _LEAST_TONE}


def find_beeps(samples: Sequence[int], rate: int) -> list[float]:
    """When beeps begin, in seconds from the first sample."""
    hop, window = round(rate * _HOP_SECONDS), round(rate * _WINDOW_SECONDS)
    found: list[float] = []
    for start in range(0, len(samples) - window, hop):
        at = start / rate
        if found and at - found[-1] < _QUIET_SECONDS:
            continue
        if amplitude_of(BEEP_HZ, samples[start : start + window], rate) >= _LEAST_BEEP:
            found.append(at + _WINDOW_SECONDS / 2)
    return found
