"""A copy of an up track on one receiver's link: a few numbers, no packets."""

from typing import TYPE_CHECKING, Any

from sfu.core.link import Link
from sfu.core.repeats import Repeats
from sfu.core.rtcp import pack_name
from sfu.core.rtp import unwrap
from sfu.core.seam import Address, DownSpec, LinkCounts

if TYPE_CHECKING:
    from sfu.core.up import UpTrack


class DownTrack:
    """Out sequence = number of the up track + ``shift``; constant while packets flow."""

    __slots__ = (
        "_octets_before",
        "_packets_before",
        "_reported",
        "_stopped",
        "address",
        "context",
        "first",
        "flowing",
        "held",
        "link",
        "name",
        "paused",
        "payload_type",
        "plain",
        "repair",
        "repair_sequence",
        "repeats",
        "sequence",
        "shift",
        "spec",
        "ssrc",
        "timestamp_shift",
    )

    def __init__(self, spec: DownSpec, link: Link) -> None:
        self.spec = spec
        self.link = link
        self.context: Any = link.srtp.sending
        self.address: Address = link.address
        self.ssrc = int(spec.ssrc)
        self.payload_type = spec.payload_type
        self.timestamp_shift = spec.timestamp_shift
        self.plain = False
        """Its publisher sends redundancy (RFC 2198) that this receiver does not take."""
        self.repair = spec.repair
        self.repair_sequence = 0 if spec.repair is None else spec.repair.sequence
        self.name = pack_name(self.ssrc, spec.cname)
        """SDES, the same with every report."""
        self.sequence = spec.sequence
        """The next to use, while nothing flows."""
        self.shift = 0
        self.first = 0
        self.flowing = False
        self.held = False
        """Its line takes no more: as if paused, until that is relieved."""
        self.paused = spec.paused
        """Its receiver does not show it: it neither flows nor waits."""
        self._stopped: int | None = None
        """The up track's number when it stopped; None before the first start."""
        self._packets_before = 0
        self._octets_before = 0
        self.repeats = Repeats()
        self._reported = (0, 0)

    def take_redundancy(self) -> None:
        """The publisher sends redundant sound: passed on as it is, or as plain sound."""
        self.plain = self.spec.red is None
        self.payload_type = self.spec.payload_type if self.spec.red is None else self.spec.red

    def start(self, number: int, packets: int, octets: int) -> None:
        """From this number of the up track on it flows. The two totals are what the up track had forwarded before."""
        self.first = number
        self.shift = self.sequence - number
        self.flowing = True
        self._packets_before -= packets
        self._octets_before -= octets

    def stop(self, last: int, packets: int, octets: int) -> None:
        """Nothing flows until the next start; ``last`` number forwarded and totals of the up track."""
        if self.flowing:
            self.sequence = last + 1 + self.shift
            self.flowing = False
            self._stopped = last
            self._packets_before += packets
            self._octets_before += octets

    def may_start(self, number: int) -> bool:
        """Whether a key frame at ``number`` is newer than what was sent: an older picture again would be thrown away,
        with all that build on it."""
        return self._stopped is None or number > self._stopped

    def go_on(self, last: int, packets: int, octets: int) -> bool:
        """Flow as if nothing had been, when the up track's newest number is the one it stopped at; else False."""
        if self._stopped != last:
            return False
        self.flowing = True
        self._packets_before -= packets
        self._octets_before -= octets
        return True

    def forget_streams(self) -> None:
        """It ends: nothing is sent under its SSRCs any more."""
        self.link.srtp.forget(self.ssrc)
        if self.repair is not None:
            self.link.srtp.forget(int(self.repair.ssrc))

    def sent(self, packets: int, octets: int) -> tuple[int, int]:
        """Packets and payload octets sent so far, from the up track's totals."""
        if self.flowing:
            return self._packets_before + packets, self._octets_before + octets
        return self._packets_before, self._octets_before

    def octets(self, up: "UpTrack | None") -> int:
        """Payload sent so far; without its up track it was stopped when that ended."""
        return self.sent(up.packets, up.octets)[1] if up is not None else self._octets_before

    def reported(self, lost: int, jitter: int) -> None:
        """What the receiver's last report says: cumulative loss, jitter in units of the clock."""
        self._reported = (max(0, lost), jitter)

    @property
    def jitter(self) -> int:
        """As the receiver reported it last, in units of the clock."""
        return self._reported[1]

    def counts(self, up: "UpTrack") -> LinkCounts:
        """Of this track alone."""
        packets, octets = self.sent(up.packets, up.octets)
        lost, jitter = self._reported
        sound = (0, 0) if up.is_video else (packets, lost)
        return LinkCounts(packets, lost, octets, jitter * 1000 / up.clock_rate, 0.0, *sound)

    def number_of(self, sequence: int, last: int) -> int | None:
        """Which number went out under this sequence; None when it was never sent (or cannot be known any more)."""
        if not self.flowing:
            return None
        number = unwrap(sequence - self.shift & 0xFFFF, last)
        return number if self.first <= number <= last else None

    def still_has(self, number: int) -> bool:
        """Whether a packet that went out may go out again: neither a pause nor the end came between."""
        return self.flowing and self.first <= number and self.link.downs.get(self.ssrc) is self
