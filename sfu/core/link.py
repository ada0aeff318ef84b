"""One DTLS-SRTP transport as the core sees it: keys, address, what it sends and what is sent to it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bridge.ids import NS_PER_S, Ssrc
from sfu.core.arrivals import Arrivals
from sfu.core.rtp import extension
from sfu.core.seam import Address, LinkCounts, SrtpKeys, UpId, UpSpec
from sfu.core.senderclock import SenderClock
from sfu.core.srtp import SrtpContext

if TYPE_CHECKING:
    from sfu.core.down import DownTrack
    from sfu.core.up import UpTrack


_NUMBER_SIZE = 2
_LEAST_NS = 60 * NS_PER_S


class Link:
    """State of one link. ``ups`` and ``downs`` are keyed by SSRC, as packets name them."""

    def __init__(self, keys: SrtpKeys, address: Address, ssrc: Ssrc) -> None:
        self.srtp = SrtpContext(keys)
        self.address = address
        self.ssrc = ssrc
        self.heard_ns = 0
        self.rtt_ns = 0
        self.newest_rtt_ns = 0
        self._least_at_ns = 0
        self.report_due_ns = 0
        self.sent_due_ns = 0
        self.clock = SenderClock()
        self.ups: dict[int, UpTrack] = {}
        self.expected: dict[UpId, UpSpec] = {}
        self.repairs: dict[int, UpTrack] = {}
        """SSRCs that retransmit (RFC 4588) → what they repair."""
        self.downs: dict[int, DownTrack] = {}
        self._asked = (0, 0)
        """Since when numbers that were asked for again are counted, and how many."""
        self.number_extension: int | None = None
        self.arrivals = Arrivals()
        """Of packets that carry the transport-wide sequence number in that extension."""

    def expect(self, spec: UpSpec) -> None:
        """It may send this. One identifier means one extension on all its m-lines (RFC 8285 §5 with RFC 8843)."""
        self.expected[spec.up] = spec
        if spec.number_extension is not None:
            self.number_extension = spec.number_extension

    def note_number(self, packet: bytes, identifier: int, now_ns: int) -> None:
        """A packet came, whatever becomes of it. Raises MalformedPacket."""
        number = extension(packet, identifier)
        if number is not None and len(number) == _NUMBER_SIZE:
            self.arrivals.came(int.from_bytes(number, "big"), now_ns)

    def asked(self, numbers: int, now_ns: int, most: int, span_ns: int) -> int:
        """The peer asks for so many packets again; how many of these are within ``most`` in ``span_ns``."""
        since_ns, before = self._asked
        if now_ns - since_ns >= span_ns:
            since_ns, before = now_ns, 0
        allowed = min(numbers, most - before)
        self._asked = (since_ns, before + allowed)
        return allowed

    def measured(self, rtt_ns: int, now_ns: int) -> None:
        """Keep the least of about a minute (others hold queues; a peer may have moved to another network since), and
        the newest for who asks how the line is."""
        if not self.newest_rtt_ns or rtt_ns <= self.rtt_ns or now_ns - self._least_at_ns > _LEAST_NS:
            self.rtt_ns, self._least_at_ns = rtt_ns, now_ns
        self.newest_rtt_ns = rtt_ns

    def lent(self, rtt_ns: int) -> None:
        """Another link to the same peer measured so much: good until this one has measured for itself."""
        if not self.newest_rtt_ns:
            self.rtt_ns = rtt_ns

    @property
    def pace_ns(self) -> int:
        """The round trip by which packets are asked for and sent again: the newest, with all that waits in queues (an
        answer comes no sooner), else what is known."""
        return self.newest_rtt_ns or self.rtt_ns


def summed(counts: Sequence[LinkCounts], rtt_ms: float) -> LinkCounts:
    """Of a link, from those of its tracks."""
    sounding = [one for one in counts if one.sound_packets] or counts
    return LinkCounts(
        packets=sum(one.packets for one in counts),
        lost=sum(one.lost for one in counts),
        octets=sum(one.octets for one in counts),
        jitter_ms=max((one.jitter_ms for one in sounding), default=0.0),
        rtt_ms=rtt_ms,
        sound_packets=sum(one.sound_packets for one in counts),
        sound_lost=sum(one.sound_lost for one in counts),
    )
