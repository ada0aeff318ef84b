"""What one receiver asks for again of one track: whether it is sent, how often, and what that may cost."""

from enum import Enum

from bridge.ids import NS_PER_MS

ASKED_MOST = 5
"""Askings that are answered, of each packet. A browser asks ten times, each 100 ms, then stands still for 3 s before it
says so. On a line that loses every fifth packet, five answers of two copies fail once in ten million."""
AGAIN_NS = 20 * NS_PER_MS
"""A second copy follows so much later: what lost the first (a burst, a full queue) is often over by then."""
IN_HAND = 256
"""Repeats that may be owed at once: one to three seconds of pictures, after a short outage."""
_LEAST_PAUSE_NS = 10 * NS_PER_MS
_REMEMBERED = 1024
"""As many as the largest ring keeps: fewer, and one NACK for all of it would be answered each time."""
_WINDOW = 100
"""Packets over which the loss is judged: about a second of pictures, two of sound."""
_LOSSY = 0.04
"""From this share on each answer is doubled. Below it a repeat that is lost too (one packet in 600) is asked for again
in time."""


class Repetition(Enum):
    """Whether a packet is sent again. All but the first two are counted as ``repeat_…``."""

    NOW = "now"
    TWICE = "twice"
    """Now, and once more after ``AGAIN_NS``."""
    EARLY = "early"
    """It may still be on its way."""
    DEAR = "dear"
    """Repeats have cost as much as the track itself: later."""
    OFTEN = "often"
    """It was sent often enough: never."""


class Repeats:
    """``flowed`` is always how many packets of the track were forwarded so far.

    Each forwarded packet earns one repeat, up to ``IN_HAND``: what is repeated is never more than what flows, whatever
    a receiver asks for. Second copies stop at half, so that they leave nobody's first answer out.
    """

    def __init__(self) -> None:
        self._done: dict[int, tuple[int, int]] = {}
        """Number → how often it was answered, and when last."""
        self._in_hand = IN_HAND
        self._flowed = 0
        self._window = 0
        self._missed = 0
        """Packets asked for the first time since ``_window`` (packets flowed then)."""
        self.lossy = False

    def asked(self, number: int, now_ns: int, pace_ns: int, flowed: int) -> Repetition:
        """The receiver asks for this packet; NOW and TWICE count as done. ``pace_ns``: the round trip to it."""
        self._earn(flowed)
        times, at_ns = self._done.get(number, (0, 0))
        if times and now_ns - at_ns < max(pace_ns, _LEAST_PAUSE_NS):
            return Repetition.EARLY
        if times >= ASKED_MOST:
            return Repetition.OFTEN
        self._missed += not times
        self._judge(flowed)
        if not self._in_hand:
            return Repetition.DEAR
        self._note(number, times + 1, now_ns)
        return self._spend(again=times > 0)

    def _earn(self, flowed: int) -> None:
        self._in_hand = min(IN_HAND, self._in_hand + max(0, flowed - self._flowed))
        self._flowed = flowed

    def _judge(self, flowed: int) -> None:
        """Rises at once, falls when a window was better."""
        seen = flowed - self._window
        if self._missed >= _LOSSY * max(seen, _WINDOW):
            self.lossy = True
        elif seen >= _WINDOW:
            self.lossy = False
        if seen >= _WINDOW:
            self._window, self._missed = flowed, 0

    def _note(self, number: int, times: int, now_ns: int) -> None:
        if number not in self._done and len(self._done) >= _REMEMBERED:
            self._done.pop(next(iter(self._done)))
        self._done[number] = (times, now_ns)

    def _spend(self, *, again: bool) -> Repetition:
        """A packet asked for once more has just shown that one copy is not enough."""
        twice = (self.lossy or again) and self._in_hand > IN_HAND // 2
        self._in_hand -= 2 if twice else 1
        return Repetition.TWICE if twice else Repetition.NOW
