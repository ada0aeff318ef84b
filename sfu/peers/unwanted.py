"""Which pictures nobody wants: after a while their publishers need not send them. Pure."""

from collections.abc import Collection, Iterable

from bridge.ids import NS_PER_S
from sfu.core.seam import UpId

PATIENCE_NS = 5 * NS_PER_S
"""LiveKit's time: turning a page there and back costs no key frame and no start of an encoder."""


class Unwanted:
    """``stopped``: unwanted for so long that it is said. What is wanted again is taken out at once."""

    def __init__(self) -> None:
        self.stopped: frozenset[UpId] = frozenset()
        self._since: dict[UpId, int] = {}

    def weigh(self, unwanted: Iterable[UpId], now_ns: int) -> frozenset[UpId]:
        """All that nobody wants at ``now_ns``; gives those that were stopped and are wanted again (or are gone)."""
        self._since = {up: self._since.get(up, now_ns) for up in unwanted}
        before = self.stopped
        self.stopped = frozenset(up for up, since_ns in self._since.items() if now_ns - since_ns >= PATIENCE_NS)
        return before - self.stopped

    def due_ns(self, now_ns: int) -> int | None:
        """How long until the next one is stopped; None when none waits for it."""
        waiting: Collection[int] = [since_ns for up, since_ns in self._since.items() if up not in self.stopped]
        return max(0, min(waiting) + PATIENCE_NS - now_ns) if waiting else None
