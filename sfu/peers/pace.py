"""How long an offer waits for more to come: little in a quiet room, longer the faster tracks come and go. Pure."""

from bridge.ids import NS_PER_MS, NS_PER_S

_QUIET_NS = 20 * NS_PER_MS
"""A microphone and a camera start within some milliseconds: one offer for both."""
_LONGEST_NS = 500 * NS_PER_MS
_STEP = 3
_CALM_NS = NS_PER_S
"""After a second without an offer the room counts as quiet again."""


class OfferPace:
    """Thirty points that join within a second give each of them about five offers instead of thirty."""

    def __init__(self) -> None:
        self._wait_ns = _QUIET_NS
        self._offered_ns: int | None = None

    def wait_ns(self, now_ns: int) -> int:
        """From now until the next offer."""
        if self._offered_ns is None or now_ns - self._offered_ns > _CALM_NS:
            self._wait_ns = _QUIET_NS
        return self._wait_ns

    def offered(self, now_ns: int) -> None:
        """An offer is made."""
        calm = self._offered_ns is None or now_ns - self._offered_ns > _CALM_NS
        self._wait_ns = min(_LONGEST_NS, (_QUIET_NS if calm else self._wait_ns) * _STEP)
        self._offered_ns = now_ns
