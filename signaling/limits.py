"""How much one socket may ask for: a token bucket, pure."""

from bridge.ids import NS_PER_S, MonoNs


class TokenBucket:
    """``burst`` at once, then ``per_s`` each second."""

    def __init__(self, per_s: float, burst: int, now: MonoNs) -> None:
        self._per_s = per_s
        self._burst = burst
        self._level = float(burst)
        self._at = now
        self.refused = 0
        """How many more were refused than let through since the last calm: grows at more than twice the rate."""

    def take(self, now: MonoNs) -> bool:
        """Whether one more is allowed now."""
        gained = (now - self._at) / NS_PER_S * self._per_s
        self._level = min(self._burst, self._level + gained)
        self._at = now
        if self._level < 1:
            self.refused += 1
            return False
        self._level -= 1
        self.refused = max(0, self.refused - 1)
        return True
