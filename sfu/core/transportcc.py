"""Transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1): when which packet came.

What a publisher's own rate control (GCC) works from. Pure: sequence numbers and ticks in, RTCP packets out.
"""

import struct
from collections.abc import Iterator, Sequence

from bridge.ids import NS_PER_MS

TICK_NS = NS_PER_MS // 4
"""Receive deltas count 250 µs (§3.1.5)."""
TICKS_PER_REFERENCE = 256
"""The reference time counts 64 ms (§3.1)."""
MAX_RECEIVED = 150
"""Packets told as received in one feedback: at most 6 octets each, so that the whole stays below 1,000."""

_HEAD = struct.Struct("!BBHIIHHI")
_CHUNK = struct.Struct("!H")
_LARGE = struct.Struct("!h")
_TYPE = 205
_FORMAT = 15
_MISSING, _SMALL, _LARGE_DELTA = 0, 1, 2
_LONGEST_RUN = 0x1FFF
_RUN_PAYS = 7
"""Equal symbols from which a run-length chunk is no longer than vectors of two bits each."""
_WIDE, _NARROW = 7, 14
"""Symbols of two bits, and of one, in a vector chunk."""
_LARGEST_DELTA = 0x7FFF
_LONGEST = 0xFFFF


def pack_feedback(ssrc: int, media: int, base: int, came: Sequence[tuple[int, int]], count: int) -> tuple[bytes, int]:
    """The feedback about everything from ``base`` on, and how many of ``came`` it tells of, at least one.

    ``came``: (extended sequence number, tick of arrival) in order of the numbers, none below ``base``, not empty;
    ``count``: feedbacks sent before on this transport. What is not told (a delta or a gap too large for one packet,
    too many packets) belongs into the next one.
    """
    reference = came[0][1] // TICKS_PER_REFERENCE
    told = _fitting(base, came, reference * TICKS_PER_REFERENCE)
    deltas = _deltas(came[:told], reference * TICKS_PER_REFERENCE)
    symbols = [_SMALL if 0 <= delta <= 0xFF else _LARGE_DELTA for delta in deltas]
    body = b"".join(_CHUNK.pack(chunk) for chunk in _chunks(_runs(base, came[:told], symbols)))
    body += b"".join(bytes((delta,)) if 0 <= delta <= 0xFF else _LARGE.pack(delta) for delta in deltas)
    body += bytes(-len(body) % 4)  # zeros that no status asks for, as the draft draws it; not RTCP's own padding
    statuses = came[told - 1][0] - base + 1
    words = (_HEAD.size + len(body)) // 4 - 1
    times = (reference & 0xFFFFFF) << 8 | count & 0xFF
    return _HEAD.pack(0x80 | _FORMAT, _TYPE, words, ssrc, media, base & 0xFFFF, statuses, times) + body, told


def _fitting(base: int, came: Sequence[tuple[int, int]], tick: int) -> int:
    """How many of ``came`` one packet can tell of. ``base`` lies so near the first that it always fits."""
    for index, (sequence, at) in enumerate(came):
        if index and (
            index >= MAX_RECEIVED or sequence - base >= _LONGEST or not -_LARGEST_DELTA <= at - tick <= _LARGEST_DELTA
        ):
            return index
        tick = at
    return len(came)


def _deltas(came: Sequence[tuple[int, int]], tick: int) -> list[int]:
    deltas = []
    for _, at in came:
        deltas.append(at - tick)
        tick = at
    return deltas


def _runs(base: int, came: Sequence[tuple[int, int]], symbols: Sequence[int]) -> list[list[int]]:
    """``[symbol, length]`` of each stretch of equal symbols; what is missing between is one."""
    runs: list[list[int]] = []
    for (sequence, _), symbol in zip(came, symbols, strict=True):
        if sequence > base:
            runs.append([_MISSING, sequence - base])
        if runs and runs[-1][0] == symbol:
            runs[-1][1] += 1
        else:
            runs.append([symbol, 1])
        base = sequence + 1
    return runs


def _chunks(runs: list[list[int]]) -> Iterator[int]:
    """Run-length chunks (§3.1.3) where they pay, vectors (§3.1.4) else. Uses ``runs`` up."""
    runs.reverse()
    while runs:
        symbol, length = runs[-1]
        if length >= _RUN_PAYS or len(runs) == 1:
            length = min(length, _LONGEST_RUN)
            _drop(runs, length)
            yield symbol << 13 | length
        else:
            yield _vector(runs)


def _vector(runs: list[list[int]]) -> int:
    """One bit a symbol when the next fourteen allow it, else two; what is beyond the end counts as missing."""
    narrow = _take(runs, _NARROW)
    if _LARGE_DELTA not in narrow:
        _drop(runs, _NARROW)
        return 0x8000 | _joined(narrow, 1)
    _drop(runs, _WIDE)
    return 0xC000 | _joined(narrow[:_WIDE], 2)


def _joined(symbols: Sequence[int], bits: int) -> int:
    value = 0
    for symbol in symbols:
        value = value << bits | symbol
    return value


def _take(runs: Sequence[list[int]], wanted: int) -> list[int]:
    """The next symbols, filled up with missing ones; ``runs`` is read from its end."""
    taken: list[int] = []
    for symbol, length in reversed(runs):
        taken += [symbol] * min(length, wanted - len(taken))
        if len(taken) == wanted:
            break
    return taken + [_MISSING] * (wanted - len(taken))


def _drop(runs: list[list[int]], count: int) -> None:
    while runs and count >= runs[-1][1]:
        count -= runs.pop()[1]
    if runs:
        runs[-1][1] -= count
