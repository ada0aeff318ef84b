"""The system's clock and randomness: the only place they are asked."""

import secrets
import time
from pathlib import Path

from bridge.ids import MonoNs, UtcNs

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
_TIME_DIGITS, _RANDOM_DIGITS = 9, 11
"""36**9 ms reach beyond the year 5000; 11 random digits are 57 bits in one millisecond."""


class SystemClock:
    """:class:`bridge.ports.Clock`."""

    def mono(self) -> MonoNs:
        """CLOCK_MONOTONIC: the same for all processes of one machine."""
        return MonoNs(time.monotonic_ns())

    def utc(self) -> UtcNs:
        """CLOCK_REALTIME."""
        return UtcNs(time.time_ns())


def boot_name() -> str:
    """Of this run of the machine, over which CLOCK_MONOTONIC counts; empty where nobody says (not Linux)."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""


class SystemEntropy:
    """:class:`bridge.ports.Entropy`, from the kernel's generator."""

    def token(self, bytes_: int = 16) -> str:
        """URL-safe, unguessable."""
        return secrets.token_urlsafe(bytes_)

    def id(self) -> str:
        """Sorts by time of making."""
        random_part = [secrets.choice(_ALPHABET) for _ in range(_RANDOM_DIGITS)]
        return _base36(time.time_ns() // 1_000_000, _TIME_DIGITS) + "".join(random_part)

    def bits(self, count: int) -> int:
        """``count`` random bits."""
        return secrets.randbits(count)


def _base36(value: int, digits: int) -> str:
    text = ""
    for _ in range(digits):
        value, rest = divmod(value, 36)
        text = _ALPHABET[rest] + text
    return text
