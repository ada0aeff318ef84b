"""The sound of a marked participant: a tone of its own, and a beep at each full second of its wall clock."""

import math
from array import array

SAMPLE_RATE = 48_000
BEEP_HZ = 3_000
BEEP_SECONDS = 0.06
TONES = 40
_LOWEST_HZ = 300
_STEP_HZ = 50
"""Five times the width of a 100 ms window's bin, so neighbours are told apart with ease."""

_TONE_AMPLITUDE = 0.08
_BEEP_AMPLITUDE = 0.4
_FULL = 32_767


def tone_of(code: int) -> int:
    """The participant's tone in Hz: 300 … 2250."""
    return _LOWEST_HZ + _STEP_HZ * (code % TONES)


class PointSound:
    """One participant's sound, 48 kHz mono, 16 bit. Every tone has whole periods in a second, so one second is
    computed once and repeated."""

    def __init__(self, code: int) -> None:
        self._second = array("h", (_sample(tone_of(code), place) for place in range(SAMPLE_RATE)))

    def samples(self, utc_seconds: float, count: int) -> bytes:
        """``count`` samples (at most a second) from this moment of the wall clock, native byte order."""
        first = round(utc_seconds % 1 * SAMPLE_RATE) % SAMPLE_RATE
        chunk = self._second[first : first + count]
        return (chunk + self._second[: count - len(chunk)]).tobytes()


def _sample(tone: int, place: int) -> int:
    at = place / SAMPLE_RATE
    value = _TONE_AMPLITUDE * math.sin(2 * math.pi * tone * at)
    if at < BEEP_SECONDS:
        value += _BEEP_AMPLITUDE * math.sin(2 * math.pi * BEEP_HZ * at)
    return round(_FULL * value)
