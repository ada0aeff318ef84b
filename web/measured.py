"""What this process counts of its own requests; told by :mod:`web.metrics`."""

from collections import Counter
from collections.abc import Mapping

from bridge.figures import Histogram

REQUEST_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 10.0)
"""150 ms is what a page may take at p95."""
KINDS = ("page", "api", "file")
"""A room's socket lives for hours and is no request."""


class Measured:
    """Requests by kind and by the first digit of their status."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, str]] = Counter()
        self.seconds: Mapping[str, Histogram] = {kind: Histogram(REQUEST_S) for kind in KINDS}

    def answered(self, kind: str, status: int, seconds: float) -> None:
        """One request is answered."""
        self.requests[kind, f"{status // 100}xx"] += 1
        self.seconds[kind].observe(seconds)
