"""The mark at the end of each packet's payload: who sent it, as which one of its track, and when.

It overwrites the codec's last bytes: nobody here decodes, and every server forwards payloads as they are.
"""

import struct
from typing import NamedTuple

_MARK = struct.Struct("!4sBBHIQ")
_MAGIC = b"dcbm"
SIZE = _MARK.size


class Mark(NamedTuple):
    """``number`` counts the packets of one track from 0; ``sent_ns``: wall clock of this machine."""

    publisher: int
    is_video: bool
    number: int
    sent_ns: int


def stamp(packet: bytearray, mark: Mark) -> None:
    """Write the mark over the packet's last bytes."""
    fields = (mark.publisher, mark.is_video, 0, mark.number & 0xFFFFFFFF, mark.sent_ns)
    _MARK.pack_into(packet, len(packet) - SIZE, _MAGIC, *fields)


def read_mark(packet: bytes) -> Mark | None:
    """None when the packet carries none."""
    if len(packet) < SIZE:
        return None
    magic, publisher, is_video, _, number, sent_ns = _MARK.unpack_from(packet, len(packet) - SIZE)
    return Mark(publisher, bool(is_video), number, sent_ns) if magic == _MAGIC else None


class Tally:
    """What one receiver that looks into its packets saw: latencies and holes."""

    def __init__(self) -> None:
        self.latencies_ns: list[int] = []
        self.unmarked = 0
        self._seen: dict[tuple[int, bool], tuple[int, int, int]] = {}
        """By track: first and last number, how many came."""

    def came(self, mark: Mark | None, received_ns: int) -> None:
        """One packet, decrypted; ``received_ns`` on the same clock as the mark's."""
        if mark is None:
            self.unmarked += 1
            return
        self.latencies_ns.append(received_ns - mark.sent_ns)
        key = (mark.publisher, mark.is_video)
        first, last, count = self._seen.get(key, (mark.number, mark.number, 0))
        self._seen[key] = (min(first, mark.number), max(last, mark.number), count + 1)

    @property
    def missing(self) -> int:
        """Numbers that never came between the first and the last of each track."""
        return sum(last - first + 1 - count for first, last, count in self._seen.values())
