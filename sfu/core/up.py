"""A publisher's track: numbers its packets, keeps the last ones, knows what is missing."""

from bridge.media import Codec
from sfu.core.down import DownTrack
from sfu.core.estimate import LineEstimate
from sfu.core.keyframes import starts_key_frame
from sfu.core.link import Link
from sfu.core.losses import AUDIO_AGE_NS, VIDEO_AGE_NS, Losses
from sfu.core.numbering import Numbering
from sfu.core.reception import Reception
from sfu.core.requests import KeyFrameRequests
from sfu.core.ring import SIZES, Kept, Ring
from sfu.core.rtp import extension, payload_bounds, unwrap
from sfu.core.seam import LinkCounts, PayloadFormat, UpSpec

LEVEL_EXTENSION = 2
"""Identifier of the RFC 6464 audio level on every downlink (a test compares it with what ``sfu.sdp`` offers)."""
_PLAIN = b"\x80" + bytes(11)
_WITH_LEVEL = b"\x90" + bytes(11) + b"\xbe\xde\x00\x01"
_LOUD = 35
"""-35 dBov: louder counts as speech (RFC 6464 gives the level as a positive number below full scale)."""
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
        self._repeats = form.repeats
        self.is_video = form.codec is not Codec.OPUS
        self.is_open = spec.is_open
        self.tapped = spec.tapped
        self.highest = sequence - 1
        self.numbering = Numbering(0)
        self.reception = Reception(sequence, form.clock_rate)
        self.losses = Losses(VIDEO_AGE_NS if self.is_video else AUDIO_AGE_NS)
        self.requests = KeyFrameRequests()
        self.estimate = LineEstimate(ssrc, timestamp) if self.is_video else None
        self.ring = Ring(SIZES[form.codec])
        self.downs: list[DownTrack] = []
        """Those that flow; ``waiting`` need a key frame first."""
        self.waiting: list[DownTrack] = []
        self.report: tuple[int, int] | None = None
        """The publisher's last sender report: its NTP time, its RTP time."""
        self.packets = 0
        self.octets = 0
        """Forwarded, since the start."""
        self.heard = 0
        self.loud = 0
        """Audio packets with a level since the last report of who spoke, and those louder than speech."""
        self.key_number: int | None = None
        self._key_timestamp = -1

    def arrived(self, sequence: int, timestamp: int, size: int, now_ns: int) -> tuple[int, bool]:
        """Count a packet. Gives its extended sequence number and whether it is the newest."""
        before = self.highest
        extended = unwrap(sequence, before)
        self.reception.came(extended, timestamp, now_ns)
        if extended <= before:
            self.losses.came(extended)
            return extended, False
        self.highest = extended
        if extended != before + 1 and self.is_open:
            self._missed(before, extended, now_ns)
        if self.estimate is not None:
            self.estimate.came(timestamp, size, now_ns)
        return extended, True

    def _missed(self, after: int, before: int, now_ns: int) -> None:
        if self._repeats and self.losses.jumped(after, before, now_ns):
            return
        if self.is_video:
            self.requests.want()

    def accept(self, packet: bytes, extended: int, newest: bool, timestamp: int) -> Kept | None:
        """What to forward of a packet that passed the gate; None: nothing. Raises MalformedPacket."""
        start, end = payload_bounds(packet)
        if start == end and newest:
            self.numbering.drop(extended)
            return None
        number = self.numbering.forward(extended) if newest else self.numbering.late(extended)
        if number is None:
            return None
        body = packet[start:end]
        kept = Kept(number, timestamp, packet[1] & _MARKER, self._head(packet) + body)
        self.ring.put(kept)
        self.packets += 1
        self.octets += end - start
        if self.is_video and starts_key_frame(self.codec, body):
            self._key_frame(extended, number, timestamp)
        return kept

    @property
    def received(self) -> int:
        """Packets that came, late and refused ones too."""
        return self.reception.received

    def counts(self) -> LinkCounts:
        """Of this track alone."""
        came = self.reception
        return LinkCounts(came.expected, came.lost, self.octets, came.jitter_ms)

    def refuse(self, extended: int, newest: bool) -> None:
        """The gate is closed."""
        if newest:
            self.numbering.interrupt(extended)

    def skip(self, extended: int, newest: bool) -> None:
        """A single packet that is not forwarded (of no payload type of ours, malformed)."""
        if newest:
            self.numbering.drop(extended)

    def set_open(self, is_open: bool) -> None:
        """Closing ends all asking; opening asks for a key frame, and receivers wait for it."""
        if is_open == self.is_open:
            return
        self.is_open = is_open
        self.losses.clear()
        self.key_number = None
        if not self.is_video:
            return
        if is_open:
            self.requests.want()
        else:
            self.requests.came()
            self._hold()

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
        self.losses.forget_before(extended)

    def _head(self, packet: bytes) -> bytes:
        wanted = self.spec.level_extension
        if self.is_video or wanted is None:
            return _PLAIN
        level = extension(packet, wanted)
        if not level:
            return _PLAIN
        self.heard += 1
        if level[0] & 0x7F <= _LOUD:
            self.loud += 1
        return _WITH_LEVEL + bytes((LEVEL_EXTENSION << 4, level[0], 0, 0))
