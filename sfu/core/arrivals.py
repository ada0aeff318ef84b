"""When the numbered packets of a publisher's transport came, until that was told to it."""

from bridge.ids import NS_PER_MS
from sfu.core.rtp import unwrap
from sfu.core.transportcc import TICK_NS, pack_feedback

EVERY_NS = 80 * NS_PER_MS
"""Between two feedbacks: with ticks of 20 ms each 80 to 100 ms (libwebrtc's receiver 50 to 250, mediasoup 100)."""
_KEPT_NS = 500 * NS_PER_MS
"""How long one that is told of is remembered: a late one before it makes the span be told again, truly."""
_FURTHEST = 0x2000
"""A greater jump than a sender makes in seconds of outage: what was before is forgotten, nothing is reported lost."""


class Arrivals:
    """One per uplink transport that negotiated the transport-wide sequence number."""

    def __init__(self) -> None:
        self._ticks: dict[int, tuple[int, int]] = {}
        """Extended number → (tick of arrival, when it came), in order of arrival."""
        self._newest: int | None = None
        self._next = 0
        """The first number that is not told of yet."""
        self._count = 0
        self._due_ns = 0
        self._fresh = False

    def came(self, number: int, now_ns: int) -> None:
        """A packet with this 16-bit number; a second of the same changes nothing."""
        newest = self._newest
        extended = number if newest is None else unwrap(number, newest)
        if newest is None or not -_FURTHEST < extended - newest < _FURTHEST:
            self._ticks.clear()
            self._newest = self._next = extended
        elif extended > newest:
            self._newest = extended
        if extended not in self._ticks:
            self._ticks[extended] = (now_ns // TICK_NS, now_ns)
            self._next = min(self._next, extended)
            self._fresh = True

    def feedback(self, ssrc: int, media: int, now_ns: int) -> list[bytes]:
        """RTCP packets that are due: nothing when nothing came since the last."""
        if not self._fresh or now_ns < self._due_ns:
            return []
        self._due_ns = now_ns + EVERY_NS
        self._fresh = False
        came = sorted((number, tick) for number, (tick, _) in self._ticks.items() if number >= self._next)
        packets = []
        while came:
            packed, told = pack_feedback(ssrc, media, self._next, came, self._count)
            packets.append(packed)
            self._count += 1
            self._next = came[told - 1][0] + 1
            came = came[told:]
        self.forget(now_ns)
        return packets

    def forget(self, now_ns: int) -> None:
        """What came long ago, told or not."""
        for number, (_, at_ns) in list(self._ticks.items()):
            if now_ns - at_ns <= _KEPT_NS:
                return
            del self._ticks[number]
