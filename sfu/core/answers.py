"""What receivers ask for again (NACK), answered from the publisher's cache: retransmitted, or the same datagram."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping

from aiortc.rtp import RtcpRtpfbPacket

from bridge.ids import NS_PER_MS
from sfu.core.down import DownTrack
from sfu.core.link import Link
from sfu.core.red import without_redundancy
from sfu.core.repair import pack_repair
from sfu.core.repeats import AGAIN_NS, Repetition
from sfu.core.ring import Kept
from sfu.core.seam import Datagram, UpId
from sfu.core.up import UpTrack

_NACK = 1
ASKED_AT_ONCE = 1024
"""Numbers of one link that are looked at within ``ASKED_SPAN_NS``: all that the largest ring keeps, which is more than
browsers ever miss (libwebrtc clears its list at 1000). A datagram may name 4900, 5 ms of processor."""
ASKED_SPAN_NS = 20 * NS_PER_MS

Send = Callable[[Iterable[DownTrack], Kept], list[Datagram]]


class Answers:
    """For the links of one router, whose tables it shares."""

    def __init__(self, counts: Counter[str], ups: Mapping[UpId, UpTrack], send: Send) -> None:
        self._counts = counts
        self._ups = ups
        self._send = send
        self._again: deque[tuple[int, DownTrack, int]] = deque()
        """Second copies to come: when, to whom, number. Each was paid for (``Repeats``), so they are few."""

    def asked(self, link: Link, packet: RtcpRtpfbPacket, now_ns: int) -> list[Datagram]:
        """A NACK came. What is beyond the link's share is refused: who misses it asks again."""
        down = link.downs.get(packet.media_ssrc)
        up = None if down is None else self._ups.get(down.spec.up)
        if packet.fmt != _NACK or down is None or up is None:
            return []
        out: list[Datagram] = []
        looked_at = link.asked(len(packet.lost), now_ns, ASKED_AT_ONCE, ASKED_SPAN_NS)
        if refused := len(packet.lost) - looked_at:
            self._counts["repeat_flood"] += refused
        for sequence in packet.lost[:looked_at]:
            number = down.number_of(sequence, up.numbering.last)
            if number is not None:
                out += self._one(down, up, number, now_ns)
        return out

    def second_copies(self, now_ns: int) -> list[Datagram]:
        """Those that are due, of packets sent again over lossy lines."""
        out: list[Datagram] = []
        while self._again and self._again[0][0] <= now_ns:
            _, down, number = self._again.popleft()
            up = self._ups.get(down.spec.up)
            kept = None if up is None or not down.still_has(number) else up.ring.get(number)
            if kept is not None:
                self._counts["repeated_twice"] += 1
                out += self._sent_again(down, kept)
        return out

    def _one(self, down: DownTrack, up: UpTrack, number: int, now_ns: int) -> list[Datagram]:
        """What the publisher still owes is passed on when it comes; what nobody can give asks for a key frame."""
        kept = up.ring.get(number)
        if kept is None:
            if not up.numbering.lacks(number):
                self._counts["repeat_gone"] += 1
                up.cannot_repair(number)
            return []
        flowed = down.sent(up.packets, up.octets)[0]
        again = down.repeats.asked(number, now_ns, down.link.pace_ns, flowed)
        if again is Repetition.NOW:
            return self._sent_again(down, kept)
        if again is Repetition.TWICE:
            self._again.append((now_ns + AGAIN_NS, down, number))
            return self._sent_again(down, kept)
        if again is Repetition.OFTEN:
            up.cannot_repair(number)
        self._counts[f"repeat_{again.value}"] += 1
        return []

    def _sent_again(self, down: DownTrack, kept: Kept) -> list[Datagram]:
        self._counts["repeated"] += 1
        if down.plain:
            kept = without_redundancy(kept)
        if down.repair is None:
            return self._send((down,), kept)
        datagram = down.link.srtp.protect(pack_repair(down, down.repair, kept))
        return [] if datagram is None else [(datagram, down.address)]
