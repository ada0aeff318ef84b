"""Which microphones of a room are forwarded when only so many may be. Pure: RFC 6464 levels in, yes or no out."""

from collections.abc import Collection

from bridge.ids import NS_PER_MS, NS_PER_S
from sfu.core.seam import UpId

_SILENT = 127
"""RFC 6464: -127 dBov."""
_RISES, _FALLS = 1 / 2, 1 / 16
"""Of the newest packet: a voice is loud after two packets (40 ms), and a breath of 300 ms loses it nothing."""
_LOUDER_DB = 6.0
"""By so much the quietest that passes has to be outdone, so that two voices alike do not take turns."""
_STAYS_NS = NS_PER_S
"""A word at least is heard of who came in."""
_STALE_NS = 500 * NS_PER_MS
"""Nothing came for so long: muted, gone, or silent with DTX (a packet each 400 ms)."""


class _Microphone:
    __slots__ = ("heard_ns", "loudness", "since_ns")

    def __init__(self, now_ns: int) -> None:
        self.loudness = 0.0
        """dB above silence."""
        self.heard_ns = self.since_ns = now_ns

    def heard(self, level: int, now_ns: int) -> None:
        step = _SILENT - level - self.loudness
        self.loudness += step * (_RISES if step > 0 else _FALLS)
        self.heard_ns = now_ns

    def loudness_now(self, now_ns: int) -> float:
        return self.loudness if now_ns - self.heard_ns < _STALE_NS else 0.0

    def may_be_outdone(self, now_ns: int) -> bool:
        return now_ns - self.since_ns >= _STAYS_NS or now_ns - self.heard_ns >= _STALE_NS


class Loudest:
    """The microphones of one room. While there are places left, everybody passes, however quiet."""

    def __init__(self) -> None:
        self._most = 0
        self._always: frozenset[UpId] = frozenset()
        self._known: dict[UpId, _Microphone] = {}
        self._passing: set[UpId] = set()

    def order(self, ups: Collection[UpId], most: int, always: Collection[UpId]) -> None:
        """``ups`` of which at most ``most`` pass at a time, and those of ``always`` beside them."""
        self._most = most
        self._always = frozenset(always)
        wanted = set(ups) - self._always
        self._known = {up: one for up, one in self._known.items() if up in wanted}
        self._passing &= wanted
        while len(self._passing) > most:
            self._passing.discard(min(self._passing, key=lambda up: self._known[up].loudness))

    def passes(self, up: UpId, level: int | None, now_ns: int) -> bool:
        """One packet in order; ``level`` as on the wire, None: its sender does not tell, so it is let through."""
        if up in self._always or level is None:
            return True
        one = self._known.get(up)
        if one is None:
            one = self._known[up] = _Microphone(now_ns)
        one.heard(level, now_ns)
        return up in self._passing or self._takes_place(up, one, now_ns)

    def _takes_place(self, up: UpId, one: _Microphone, now_ns: int) -> bool:
        if len(self._passing) >= self._most:
            quietest = min(self._passing, key=lambda other: self._known[other].loudness_now(now_ns), default=None)
            if quietest is None or not self._outdoes(one, self._known[quietest], now_ns):
                return False
            self._passing.discard(quietest)
        self._passing.add(up)
        one.since_ns = now_ns
        return True

    def _outdoes(self, one: _Microphone, other: _Microphone, now_ns: int) -> bool:
        return other.may_be_outdone(now_ns) and one.loudness >= other.loudness_now(now_ns) + _LOUDER_DB
