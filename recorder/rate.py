"""How much comes in: the bits per second of the last half minute."""

from collections import deque

from bridge.ids import NS_PER_S

WINDOW_S = 30


class Rate:
    """Bytes by the second in which they came."""

    def __init__(self) -> None:
        self.total = 0
        """Bytes since the start."""
        self._seconds: deque[tuple[int, int]] = deque()

    def add(self, now_ns: int, size: int) -> None:
        """So many bytes came."""
        self.total += size
        second = now_ns // NS_PER_S
        if self._seconds and self._seconds[-1][0] == second:
            self._seconds[-1] = (second, self._seconds[-1][1] + size)
        else:
            self._forget(second)
            self._seconds.append((second, size))

    def bits_per_s(self, now_ns: int) -> float:
        """Over the window, or over what there is of it: the first seconds say no less than the rest will."""
        second = now_ns // NS_PER_S
        self._forget(second)
        if not self._seconds:
            return 0.0
        spanned = max(1, second - self._seconds[0][0])
        return sum(size for _, size in self._seconds) * 8 / spanned

    def _forget(self, second: int) -> None:
        while self._seconds and self._seconds[0][0] <= second - WINDOW_S:
            self._seconds.popleft()
