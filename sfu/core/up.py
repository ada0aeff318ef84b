"""A publisher's track: numbers its packets, keeps the last ones, knows what is missing."""

from bridge.ids import NS_PER_S
from bridge.media import Codec
from sfu.core.down import DownTrack
from sfu.core.estimate import LineEstimate
from sfu.core.keyframes import starts_key_frame
from sfu.core.levels import Levels
from sfu.core.link import Link
from sfu.core.losses import AUDIO_AGE_NS, REORDERING_NS, TRIES, VIDEO_AGE_NS, Losses
from sfu.core.loudest import Loudest
from sfu.core.numbering import Numbering
from sfu.core.reception import Reception
from sfu.core.red import Redundant, pack_red
from sfu.core.requests import KeyFrameRequests
from sfu.core.ring import Kept, Ring, needed, sizes
from sfu.core.rtp import payload_bounds, unwrap
from sfu.core.seam import LinkCounts, PayloadFormat, UpSpec

LEVEL_EXTENSION = 2
"""Identifier of the RFC 6464 audio level on every downlink (a test compares it with what ``sfu.sdp`` offers)."""
_PLAIN = b"\x80" + bytes(11)
_WITH_LEVEL = b"\x90" + bytes(11) + b"\xbe\xde\x00\x01"
_MARKER = 0x80


class UpTrack:
    """One SSRC of one uplink. The first packet it is made for is fed to :meth:`accept` like all others."""

    def __init__(self, spec: UpSpec, link: Link, ssrc: int, form: PayloadFormat, head: tuple[int, int]) -> None:
        """``head``: sequence and timestamp of the first packet."""
        sequence, timestamp = head
        self.spec = spec
        self.link = link
        self.ssrc = ssrc
        self.codec = form.codec
        self.clock_rate = form.clock_rate
        self.red_type, self.inside = _redundancy(spec)
        """Payload type of redundant sound (None: this source never sends it), and of what is in it."""
        self.is_video = form.codec is not Codec.OPUS
        self.is_open = spec.is_open
        self._opened = False
        """The gate opened and nothing came since: what is missing before the next packet was sent behind it."""
        self.tapped = spec.tapped
        self.highest = sequence - 1
        self.numbering = Numbering(0)
        self.reception = Reception(sequence, form.clock_rate)
        self.losses = Losses(
            VIDEO_AGE_NS if self.is_video else AUDIO_AGE_NS,
            TRIES if form.repeats else 0,
            # What no copy made up for is lost: two in a row are 40 ms, no line's reordering.
            REORDERING_NS if self.red_type is None else 0,
        )
        self.requests = KeyFrameRequests()
        self.is_numbered = spec.number_extension is not None
        """Its sender controls its rate by itself, told when its packets come."""
        self.estimate = LineEstimate(ssrc, timestamp) if self.is_video and not self.is_numbered else None
        self.ring = Ring(sizes(form.codec))
        self._fitted = (0, 0)
        """When the ring was fitted last, and the packets until then."""
        self.downs: list[DownTrack] = []
        """Those that flow; ``waiting`` need a key frame first, ``plains`` get sound without its redundancy."""
        self.plains: list[DownTrack] = []
        self.waiting: list[DownTrack] = []
        self.report: tuple[int, int, int] | None = None
        """The publisher's last sender report: its NTP time, its RTP time, the node's time at its arrival less its."""
        self.packets = 0
        self.octets = 0
        """Forwarded, since the start."""
        self.loudest: Loudest | None = None
        """Who chooses whether it is forwarded, where only the loudest are."""
        self.levels = Levels()
        self.key_number: int | None = None
        self._key_timestamp = -1

    def arrived(self, sequence: int, timestamp: int, size: int, now_ns: int) -> tuple[int, bool]:
        """Count a packet. Gives its extended sequence number and whether it is the newest."""
        before = self.highest
        extended = unwrap(sequence, before)
        if extended <= before:
            return extended, False
        self.reception.came(extended, timestamp, now_ns)
        self.highest = extended
        jumped = extended != before + 1 and self.is_open and not self._opened
        self._opened = False
        if jumped and not self.losses.jumped(before, extended, now_ns) and self.is_video:
            self.requests.want()
        if self.estimate is not None:
            self.estimate.came(timestamp, size, now_ns)
        return extended, True

    def forwards(self, extended: int) -> bool:
        """True when this packet was forwarded, or would be: it belongs to nothing that was dropped on purpose."""
        return self.numbering.late(extended) is not None

    def lacks(self, extended: int, timestamp: int) -> bool:
        """True when this packet never came, and its time is after that of the one before it."""
        number = self.numbering.late(extended)
        if number is None or (number <= self.numbering.last and not self.numbering.lacks(number)):
            return False
        before = self.ring.get(number - 1)
        return before is None or 0 < (timestamp - before.timestamp & 0xFFFFFFFF) < 0x80000000

    def misses(self, extended: int) -> bool:
        """Of a packet that is not the newest: True when it fills a hole, and is then counted. False when it is here
        already (a probe of the line, or both the delayed packet and its repetition came), is far too late, or belongs
        to what was dropped on purpose. Of who is not among the loudest it is still asked for: by the recorder."""
        asked = self.losses.came(extended)
        number = self.numbering.late(extended)
        lacked = asked if number is None else self.numbering.lacks(number)
        if lacked:
            self.reception.came_late()
        if lacked and number is not None:
            self.numbering.fill(number)
        return lacked

    def passes(self, now_ns: int) -> bool:
        """Whether the packet at hand is one of the loudest, where that is asked."""
        return self.loudest is None or self.loudest.passes(self.spec.up, self.levels.level, now_ns)

    def accept(self, packet: bytes, extended: int, newest: bool, timestamp: int, red: bytes) -> Kept | None:
        """What to forward of a packet that passed the gate; None: nothing. ``red``: instead of its payload, when it
        is not empty. Raises MalformedPacket."""
        start, end = payload_bounds(packet)
        if start == end and newest:
            self.numbering.drop(extended)
            return None
        # Sound begins anew: a receiver plays it as the first of a talk spurt (RFC 3551 §4.1).
        begins = _MARKER if not self.is_video and self.numbering.rests else 0
        number = self.numbering.forward(extended) if newest else self.numbering.late(extended)
        if number is None:
            return None
        body = red or packet[start:end]
        if self.red_type is not None and not red and body:
            body = pack_red(Redundant([], body))
        kept = Kept(number, timestamp, packet[1] & _MARKER | begins, self._head() + body)
        self.ring.put(kept)
        self.packets += 1
        self.octets += len(body)
        if self.is_video and starts_key_frame(self.codec, body):
            self._key_frame(extended, number, timestamp)
        return kept

    @property
    def received(self) -> int:
        """Packets that came, late and refused ones too."""
        return self.reception.received

    def fit_ring(self, now_ns: int) -> None:
        """To the longest way to a receiver, and the pace of the packets since the last time."""
        before_ns, before = self._fitted
        self._fitted = (now_ns, self.packets)
        downs = [*self.downs, *self.plains]
        if before_ns and downs:
            rtt_ns = max(down.link.pace_ns for down in downs)
            jitter_ns = max(down.jitter for down in downs) * NS_PER_S // self.clock_rate
            pace = (self.packets - before) * NS_PER_S / (now_ns - before_ns)
            self.ring.fit(needed(rtt_ns, jitter_ns, pace))

    def counts(self) -> LinkCounts:
        """Of this track alone."""
        came = self.reception
        sound = (0, 0) if self.is_video else (came.expected, came.lost)
        return LinkCounts(came.expected, came.lost, self.octets, came.jitter_ms, 0.0, *sound)

    def refuse(self, extended: int, newest: bool) -> None:
        """The gate is closed."""
        if newest:
            self.numbering.interrupt(extended)
        else:
            self.reception.came_late()

    def hush(self, packet: bytes, extended: int) -> None:
        """It is the newest, and others are louder. Raises MalformedPacket, as :meth:`accept` would."""
        payload_bounds(packet)
        self.numbering.interrupt(extended)

    def skip(self, extended: int, newest: bool) -> None:
        """A single packet that is not forwarded (of no payload type of ours, malformed)."""
        if newest:
            self.numbering.drop(extended)

    def cannot_repair(self, number: int) -> None:
        """A receiver's hole stays. It stands still until the next key frame, and would ask for one only after 3 s."""
        if self.is_video and self.is_open and (self.key_number is None or number >= self.key_number):
            self.requests.want()

    def set_open(self, is_open: bool) -> None:
        """Closing ends all asking; opening asks for a key frame, and receivers wait for it."""
        if is_open == self.is_open:
            return
        self.is_open = self._opened = is_open
        self.losses.clear()
        if not is_open:
            # At once: whether a packet comes meanwhile or all are lost, what was sent behind the gate has no number.
            self.numbering.interrupt(self.highest + 1)
        self.key_number = None
        if not self.is_video:
            return
        if is_open:
            self.requests.want()
        else:
            self.requests.came()
            self._hold()

    def take(self, down: DownTrack) -> None:
        """It flows."""
        if self.red_type is not None:
            down.take_redundancy()
        if down.plain:
            self.plains = [*self.plains, down]
        else:
            self.downs = [*self.downs, down]

    def release(self, down: DownTrack) -> None:
        """It neither flows nor waits any more."""
        self.downs = [other for other in self.downs if other is not down]
        self.plains = [other for other in self.plains if other is not down]
        self.waiting = [other for other in self.waiting if other is not down]

    def _hold(self) -> None:
        for down in self.downs:
            down.stop(self.numbering.last, self.packets, self.octets)
        self.waiting += self.downs
        self.downs = []

    def _key_frame(self, extended: int, number: int, timestamp: int) -> None:
        """The parameter sets and the picture of one H264 key frame both announce it: the first counts."""
        if timestamp == self._key_timestamp:
            return
        self._key_timestamp = timestamp
        self.key_number = number
        self.requests.came()
        self.losses.settle_before(extended, recorded=self.tapped)

    def _head(self) -> bytes:
        told = self.levels.told
        return _PLAIN if told is None else _WITH_LEVEL + bytes((LEVEL_EXTENSION << 4, told, 0, 0))


def _redundancy(spec: UpSpec) -> tuple[int | None, int]:
    reds = [(number, form.inside) for number, form in spec.formats.items() if form.inside is not None]
    return reds[0] if reds else (None, 0)
