"""Real clocks: one whose wall side somebody may set, and one for which time passes when a test says so too."""

from bridge.ids import NS_PER_S, MonoNs, UtcNs
from deploy.time import SystemClock


class SetClock(SystemClock):
    """``by_s``: how much it was set forward (backward when negative). The monotonic side never is."""

    def __init__(self) -> None:
        self.by_s = 0.0

    def utc(self) -> UtcNs:
        return UtcNs(super().utc() + round(self.by_s * NS_PER_S))


class HastyClock(SystemClock):
    """``passed_s``: how much more time has passed for it than really did."""

    def __init__(self) -> None:
        self.passed_s = 0.0

    def mono(self) -> MonoNs:
        return MonoNs(super().mono() + round(self.passed_s * NS_PER_S))

    def utc(self) -> UtcNs:
        return UtcNs(super().utc() + round(self.passed_s * NS_PER_S))
