"""How many TCP connections may be open: in all, and of one address; fewer while nobody vouched for them. No I/O.

A browser opens one for each of its two connections even when it then goes by UDP, and a whole office may come from
one address: the limits of an address leave room for a hundred people behind one.
"""

import ipaddress
from collections import Counter
from typing import NamedTuple


class Limits(NamedTuple):
    """Connections. ``unproved``: those on which no genuine check came yet."""

    all: int = 1000
    of_address: int = 200
    unproved: int = 200
    unproved_of_address: int = 64


DEFAULT_LIMITS = Limits()


class Admission:
    """Counts by address; an IPv6 network of 64 bits is one address, for one customer has it whole."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._open: Counter[str] = Counter()
        self._unproved: Counter[str] = Counter()

    def admit(self, host: str) -> bool:
        """One more from there, if it may be; it is unproved."""
        place, limits = _place(host), self._limits
        if self._open.total() >= limits.all or self._unproved.total() >= limits.unproved:
            return False
        if self._open[place] >= limits.of_address or self._unproved[place] >= limits.unproved_of_address:
            return False
        self._open[place] += 1
        self._unproved[place] += 1
        return True

    def prove(self, host: str) -> None:
        """A genuine check came on one of them."""
        _less(self._unproved, _place(host))

    def leave(self, host: str, *, proved: bool) -> None:
        """One of them is closed."""
        _less(self._open, _place(host))
        if not proved:
            _less(self._unproved, _place(host))


def _less(counts: Counter[str], place: str) -> None:
    counts[place] -= 1
    if counts[place] <= 0:
        del counts[place]


def _place(host: str) -> str:
    address = ipaddress.ip_address(host.partition("%")[0])
    return host if address.version == 4 else str(int(address) >> 64)
