"""One byte range of a request (RFC 9110 § 14.2), as media players ask for it."""

import re
from typing import NamedTuple

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Span(NamedTuple):
    """Bytes ``start`` to ``end``, without ``end``, of ``total``."""

    start: int
    end: int
    total: int

    @property
    def content_range(self) -> str:
        """The header of a 206."""
        return f"bytes {self.start}-{self.end - 1}/{self.total}"


class Unsatisfiable(ValueError):
    """The range begins behind the end: to be answered with 416 and the ``total``."""

    def __init__(self, total: int) -> None:
        self.total = total
        super().__init__(f"behind the end of {total} bytes")


def asked_span(header: str | None, total: int) -> Span | None:
    """The asked span; None for the whole, also when the header is not one simple range (which may be ignored).

    Raises Unsatisfiable.
    """
    found = _RANGE.fullmatch(header.strip()) if header else None
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, end = max(0, total - int(found[2])), total
    else:
        start = int(found[1])
        end = min(int(found[2]) + 1, total) if found[2] else total
        if found[2] and int(found[2]) < start:
            return None
    if start >= end:
        raise Unsatisfiable(total)
    return Span(start, end, total)
