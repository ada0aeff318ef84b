"""One DTLS-SRTP transport as the core sees it: keys, address, what it sends and what is sent to it."""

from typing import TYPE_CHECKING

from bridge.ids import Ssrc
from sfu.core.seam import Address, SrtpKeys, UpId, UpSpec
from sfu.core.senderclock import SenderClock
from sfu.core.srtp import SrtpContext

if TYPE_CHECKING:
    from sfu.core.down import DownTrack
    from sfu.core.up import UpTrack


class Link:
    """State of one link. ``ups`` and ``downs`` are keyed by SSRC, as packets name them."""

    def __init__(self, keys: SrtpKeys, address: Address, ssrc: Ssrc) -> None:
        self.srtp = SrtpContext(keys)
        self.address = address
        self.ssrc = ssrc
        self.heard_ns = 0
        self.rtt_ns = 0
        self.newest_rtt_ns = 0
        self.report_due_ns = 0
        self.sent_due_ns = 0
        self.clock = SenderClock()
        self.ups: dict[int, UpTrack] = {}
        self.expected: dict[UpId, UpSpec] = {}
        self.repairs: dict[int, UpTrack] = {}
        """SSRCs that retransmit (RFC 4588) → what they repair."""
        self.downs: dict[int, DownTrack] = {}

    def measured(self, rtt_ns: int) -> None:
        """Keep the least (later ones hold queues), and the newest for who asks how the line is."""
        self.newest_rtt_ns = rtt_ns or self.newest_rtt_ns
        if rtt_ns and (not self.rtt_ns or rtt_ns < self.rtt_ns):
            self.rtt_ns = rtt_ns

    @property
    def pace_ns(self) -> int:
        """The round trip by which packets are asked for and sent again: the newest, with all that waits in queues (an
        answer comes no sooner), else what is known."""
        return self.newest_rtt_ns or self.rtt_ns
