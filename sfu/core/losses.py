"""Which packets of a publisher are missing, and when to ask for them again (RFC 4585 §6.2.1)."""

from typing import NamedTuple

from bridge.ids import NS_PER_MS

REORDERING_NS = 20 * NS_PER_MS
"""20 ms: reordering on LTE rarely exceeds it."""
_ASSUMED_RTT_NS = 100 * NS_PER_MS
"""Until one is measured; what mobile networks in the provinces show."""
TRIES = 10
"""Libwebrtc's and mediasoup's limit; at 50 ms of RTT that is 0.6 s, after which a key frame is the better repair."""
_PENDING = 1000
"""More than that missing is no hole but an outage: ask for a key frame instead (mediasoup's limit)."""
_AT_ONCE = 200
"""Asked for in one packet: 200 apart from each other are 812 bytes of NACK."""
VIDEO_AGE_NS = 2_000 * NS_PER_MS
AUDIO_AGE_NS = 1_000 * NS_PER_MS
UNFILLED_NS = 600 * NS_PER_MS
"""A hole this old is worth a key frame: a receiver that stands still asks for one only after 3 s. On a far line the
answer to the second try is awaited all the same (2.5 round trips): a key frame takes as long, and costs pictures."""
_ECHO_NS = 20 * NS_PER_MS
"""Each asking is said twice, so much apart: of what loses a request the repeat would be waited for in vain a whole
round trip, and browsers repeat a packet once in a round trip, however often it is asked for."""


class Due(NamedTuple):
    """``ask``: sequences to ask for now, ascending. ``gave_up``: some hole that matters stays, from now on for good."""

    ask: list[int]
    gave_up: bool


class _Missing:
    __slots__ = ("echo_ns", "next_ns", "settled", "since_ns", "tries")

    def __init__(self, now_ns: int, wait_ns: int) -> None:
        self.since_ns = now_ns
        self.next_ns = now_ns + wait_ns
        self.echo_ns: int | None = None
        self.tries = 0
        self.settled = False
        """A key frame came after it."""

    def asks(self, now_ns: int, pause_ns: int) -> bool:
        """Whether to ask for it now; that counts as done. An echo is no try of its own."""
        if self.next_ns <= now_ns:
            self.tries += 1
            self.next_ns = now_ns + pause_ns
            self.echo_ns = now_ns + _ECHO_NS if pause_ns > 2 * _ECHO_NS else None
            return True
        if self.echo_ns is not None and self.echo_ns <= now_ns:
            self.echo_ns = None
            return True
        return False


class Losses:
    """Missing sequence numbers (extended) of one track. ``age_ns``: how long one is worth asking for; ``tries``: how
    often, 0 for a sender that does not repeat (a packet may be late all the same); ``wait_ns``: for reordering."""

    def __init__(self, age_ns: int, tries: int = TRIES, wait_ns: int = REORDERING_NS) -> None:
        self._age_ns = age_ns
        self._tries = tries
        self._wait_ns = wait_ns
        self._missing: dict[int, _Missing] = {}
        self.given_up = 0

    def __len__(self) -> int:
        return len(self._missing)

    def jumped(self, after: int, before: int, now_ns: int) -> bool:
        """Everything between is missing. False when that is too much to ask for: the list is cleared."""
        if len(self._missing) + before - after - 1 > _PENDING:
            self.given_up += len(self._missing)
            self._missing.clear()
            return False
        for sequence in range(after + 1, before):
            self._missing[sequence] = _Missing(now_ns, self._wait_ns)
        return True

    def came(self, sequence: int) -> bool:
        """It is here now; whether it was missing."""
        return self._missing.pop(sequence, None) is not None

    def settle_before(self, sequence: int, *, recorded: bool) -> None:
        """A key frame starts here: no receiver needs what was before, nor another key frame for it. A recording still
        does, to which every picture counts."""
        for number in [number for number in self._missing if number < sequence]:
            if recorded:
                self._missing[number].settled = True
            else:
                del self._missing[number]

    def clear(self) -> None:
        """Nothing is asked for any more (the gate closed, the track ended)."""
        self._missing.clear()

    def due(self, now_ns: int, rtt_ns: int) -> Due:
        """What to ask for now. Given up is what is too old, or still missing when the last try's answer is due."""
        asked: list[int] = []
        gave_up = False
        pause_ns = max(REORDERING_NS, _pace(rtt_ns) * 5 // 4)
        for sequence, missing in list(self._missing.items()):
            is_due = missing.next_ns <= now_ns
            if now_ns - missing.since_ns > self._age_ns or (is_due and missing.tries >= self._tries):
                del self._missing[sequence]
                self.given_up += 1
                gave_up = gave_up or not missing.settled
            elif len(asked) < _AT_ONCE and missing.asks(now_ns, pause_ns):
                asked.append(sequence)
        return Due(sorted(asked), gave_up)

    def unfilled(self, now_ns: int, rtt_ns: int) -> bool:
        """True when a hole has been open for longer than a key frame is worth."""
        longest_ns = max(UNFILLED_NS, _pace(rtt_ns) * 5 // 2)
        return any(now_ns - one.since_ns > longest_ns and not one.settled for one in self._missing.values())


def _pace(rtt_ns: int) -> int:
    return rtt_ns or _ASSUMED_RTT_NS
