"""Sound of several people as one, 48 kHz mono, 16 bit: a sum, turned down only where it would be too loud. Pure."""

from array import array
from collections.abc import Sequence
from itertools import repeat
from operator import add, mul

RATE = 48_000
BLOCK = 960
"""20 ms: short enough to act before it is heard, long enough not to be heard itself."""
CEILING = 29_000
"""Of 32767 (1 dB below full): AAC overshoots a little."""
_RELEASE = 1.02
"""A gain returns by at most this factor in 20 ms, so that a room does not pump."""


def mixed(voices: Sequence["array[int]"], count: int) -> "array[int]":
    """``count`` samples (type ``h``). Each voice has at least as many."""
    if not voices:
        return array("h", bytes(2 * count))
    if len(voices) == 1:
        return limited(voices[0][:count])
    total: array[int] = array("i", voices[0][:count])
    for voice in voices[1:]:
        total = array("i", map(add, total, voice))
    return limited(total)


def limited(samples: "array[int]") -> "array[int]":
    """The same, nowhere louder than :data:`CEILING`. A gain glides from block to block, and is down before the loud
    block begins."""
    if not samples or max(max(samples), -min(samples)) <= CEILING:
        return array("h", samples)
    bounds = _bounds([_wanted(samples[at : at + BLOCK]) for at in range(0, len(samples), BLOCK)])
    found = array("h")
    for index, at in enumerate(range(0, len(samples), BLOCK)):
        found.extend(_turned(samples[at : at + BLOCK], bounds[index], bounds[index + 1]))
    return found


def _wanted(block: "array[int]") -> float:
    return min(1.0, CEILING / max(max(block), -min(block), 1))


def _bounds(wanted: Sequence[float]) -> list[float]:
    """The gain at each block's edge: never more than either neighbour bears, rising only slowly."""
    bounds = [wanted[0]]
    for before, after in zip(wanted, [*wanted[1:], 1.0], strict=True):
        bounds.append(min(before, after, bounds[-1] * _RELEASE))
    return bounds


def _turned(block: "array[int]", begin: float, end: float) -> "array[int]":
    if begin == end:
        return array("h", block if begin == 1.0 else map(int, map(mul, block, repeat(begin))))
    step = (end - begin) / len(block)
    return array("h", (int(sample * (begin + step * index)) for index, sample in enumerate(block)))
