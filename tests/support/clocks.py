"""A real clock whose wall side somebody may set."""

from bridge.ids import NS_PER_S, UtcNs
from deploy.time import SystemClock


class SetClock(SystemClock):
    """``by_s``: how much it was set forward (backward when negative). The monotonic side never is."""

    def __init__(self) -> None:
        self.by_s = 0.0

    def utc(self) -> UtcNs:
        return UtcNs(super().utc() + round(self.by_s * NS_PER_S))
