"""Key frame requests to one publisher's track: merged, throttled, repeated until the key frame comes."""

from bridge.ids import NS_PER_MS

INTERVAL_NS = 500 * NS_PER_MS
"""Key frames are large: at most one request per source in this time, and one each such time until it comes."""


class KeyFrameRequests:
    """``wanted`` until a key frame starts."""

    def __init__(self) -> None:
        self.wanted = False
        self._asked_ns: int | None = None

    def want(self) -> None:
        """Someone cannot go on without one."""
        self.wanted = True

    def came(self) -> None:
        """A key frame starts."""
        self.wanted = False

    def due(self, now_ns: int) -> bool:
        """True when a request is to be sent now; it then counts as sent."""
        if not self.wanted:
            return False
        if self._asked_ns is not None and now_ns - self._asked_ns < INTERVAL_NS:
            return False
        self._asked_ns = now_ns
        return True
