"""The narrow seam between the forwarding core and everything above it.

What lies above opens *links* (one DTLS-SRTP transport each), tells which *up tracks* a link may send and which
*down tracks* copy them to which link, and feeds datagrams; it gets datagrams to send, packets for the tap and
events. A native twin implements :class:`ForwardingCore` and nothing else: handles are numbers chosen by the
caller, specs are plain values, nobody holds an object of the core.
"""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple, NewType, Protocol, TypeAlias

from bridge.figures import Histogram
from bridge.ids import Mid, Ssrc
from bridge.media import Codec

TcpAddress: TypeAlias = tuple[str, int, int]
"""Host, port, and a number of the connection that is never given again."""

Address: TypeAlias = tuple[str, int] | TcpAddress | tuple[str, int, int, int]
"""A socket address as Python gives it (two members: UDP over IPv4; four: over IPv6, with flow label and scope), or a
TCP connection (three). The core only compares them; how many members one has tells the port how to send there."""

Datagram: TypeAlias = tuple[bytes | bytearray, Address]

LinkId = NewType("LinkId", int)
GroupId = NewType("GroupId", str)
UpId = NewType("UpId", int)
DownId = NewType("DownId", int)


class SrtpKeys(NamedTuple):
    """What the DTLS handshake gave (RFC 5764 §4.2): libsrtp's profile number, key + salt of each direction."""

    profile: int
    receive: bytes
    send: bytes


class PayloadFormat(NamedTuple):
    """What a payload type means."""

    codec: Codec
    clock_rate: int
    repeats: bool = True
    """The sender agreed to repeat what is asked for (``nack``)."""
    inside: int | None = None
    """Redundant sound (RFC 2198): the payload type of what is in it."""


class Repairs(NamedTuple):
    """How a peer retransmits a source (RFC 4588). ``formats``: payload type → the payload type it repeats; ``ssrcs``:
    announced SSRC (FID) → the SSRC it repairs. Nothing of both: the packet itself comes again."""

    formats: Mapping[int, int] = {}
    ssrcs: Mapping[Ssrc, Ssrc] = {}


class UpSpec(NamedTuple):
    """A source that a link may send. Bound to the first SSRC that fits: an announced one, else one that carries
    ``mid`` in its header extension, else the only source with that payload type."""

    up: UpId
    link: LinkId
    mid: Mid
    ssrcs: tuple[Ssrc, ...]
    formats: Mapping[int, PayloadFormat]
    mid_extension: int | None
    level_extension: int | None
    is_open: bool
    tapped: bool
    """Both from the first packet on; :meth:`ForwardingCore.set_open` and ``set_tapped`` change them."""
    repairs: Repairs = Repairs()
    number_extension: int | None = None
    """Identifier of the transport-wide sequence number, where the sender's own rate control is told of arrivals."""


class RepairSpec(NamedTuple):
    """The stream on which a receiver gets what it asks for again (RFC 4588); ``ssrc`` as fresh as the copy's own."""

    ssrc: Ssrc
    payload_type: int
    sequence: int
    """The first to use."""


class DownSpec(NamedTuple):
    """A copy of ``up`` on ``link``. ``ssrc`` must never have been used on that link before: the SRTP key stream is
    a function of SSRC and sequence. ``sequence``: the first to use; ``timestamp_shift`` is added to each timestamp."""

    down: DownId
    up: UpId
    link: LinkId
    ssrc: Ssrc
    payload_type: int
    sequence: int
    timestamp_shift: int
    cname: str
    repair: RepairSpec | None = None
    """None: the receiver takes no retransmissions; the same datagram is sent again."""
    red: int | None = None
    """Payload type under which the receiver takes redundant sound; None: it gets what is inside."""
    paused: bool = False
    """From the start; :meth:`ForwardingCore.set_paused` changes it."""


class UpStarted(NamedTuple):
    """The first packet of an up track passed authentication."""

    up: UpId
    codec: Codec
    payload_type: int
    ssrc: Ssrc


class SenderReported(NamedTuple):
    """A publisher's RTCP sender report (RFC 3550 §6.4.1); ``arrival_ns`` on the caller's clock."""

    up: UpId
    ntp: int
    rtp: int
    arrival_ns: int


class UpSaidGoodbye(NamedTuple):
    """RTCP BYE for this track's SSRC."""

    up: UpId


class Spoke(NamedTuple):
    """RFC 6464 levels of one audio track since the last tick that reported it: packets, how many were loud, and the
    mean level of those (dB below full scale, 127 when there were none)."""

    up: UpId
    packets: int
    loud: int
    level: int = 127


CoreEvent: TypeAlias = UpStarted | SenderReported | UpSaidGoodbye | Spoke


class Tapped(NamedTuple):
    """One accepted packet, decrypted: as the publisher sent it, restored from a retransmission, or taken out of
    redundant sound. Each once, and never of a payload type that wraps another."""

    up: UpId
    arrival_ns: int
    packet: bytes


class LinkReport(NamedTuple):
    """``heard_ns``: last authenticated packet, 0 for none; ``rtt_ns``: the least of about a minute, 0 while unknown."""

    heard_ns: int
    rtt_ns: int


class LinkCounts(NamedTuple):
    """Of the tracks that a link has now, in the direction it is used: ``packets`` expected of a publisher or sent to a
    receiver, ``lost`` of them never came, ``octets`` of payload forwarded, ``jitter_ms`` of the worst track that
    carries sound, else of the worst; ``rtt_ms``: the newest measured, 0 while unknown; ``sound_…``: of the sound
    alone."""

    packets: int
    lost: int
    octets: int
    jitter_ms: float
    rtt_ms: float = 0.0
    sound_packets: int = 0
    sound_lost: int = 0


HeardRtcp: TypeAlias = Callable[[bool, bytes], None]
"""Whether it came in, and a compound in the clear."""


class DirectionFigures(NamedTuple):
    """What each report of one direction said: ``jitter`` in seconds, ``lost`` as a share. They go on growing."""

    jitter: Histogram
    lost: Histogram


class CoreFigures(NamedTuple):
    """Of everything since the start. ``received``: packets that passed authentication; ``octets_in``: payload that
    passed the gates; ``octets_out``: the same as it was forwarded, once per receiver; ``round_trip`` in seconds."""

    received: int
    octets_in: int
    octets_out: int
    round_trip: Histogram
    up: DirectionFigures
    down: DirectionFigures


class ForwardingCore(Protocol):
    """Datagrams in, datagrams out, a table of routes. ``now_ns`` never goes back, but for :meth:`feed`'s."""

    def open_link(self, link: LinkId, keys: SrtpKeys, address: Address, ssrc: Ssrc) -> None:
        """A transport finished its handshake. ``ssrc``: the node's own, for RTCP on this link."""
        ...

    def move_link(self, link: LinkId, address: Address) -> None:
        """The peer proved (ICE) that it is now there."""
        ...

    def close_link(self, link: LinkId) -> None:
        """Forget it with its up tracks and down tracks. Unknown: nothing happens."""
        ...

    def add_up(self, spec: UpSpec) -> None: ...

    def remove_up(self, up: UpId) -> None:
        """Its down tracks stay, silent, until they are removed."""
        ...

    def set_open(self, up: UpId, is_open: bool) -> None:
        """The gate: closed drops before forwarding and before the tap, whatever the client sends."""
        ...

    def set_tapped(self, up: UpId, tapped: bool) -> None: ...

    def set_loudest(self, group: GroupId, ups: Collection[UpId], most: int, always: Collection[UpId]) -> None:
        """Of the microphones ``ups`` only the ``most`` loudest are forwarded, and those of ``always`` beside them; the
        tap gets all of them. Replaces what was said of this group before; no ``ups``: it is forgotten."""
        ...

    def set_rtt(self, link: LinkId, rtt_ns: int) -> None:
        """What another link of the same participant measured: used until this one has measured its own."""
        ...

    def request_key_frame(self, up: UpId) -> None:
        """Ask, at most once per 500 ms, until it comes. For audio nothing happens."""
        ...

    def add_down(self, spec: DownSpec, now_ns: int) -> list[Datagram]:
        """Audio flows at once, video from the cached key frame (returned) or from the next."""
        ...

    def set_paused(self, down: DownId, paused: bool) -> list[Datagram]:
        """Stop forwarding it at once, or go on as :meth:`add_down` begins (the cached key frame is returned). Sequence
        numbers go on without a hole. Unknown: nothing happens."""
        ...

    def remove_down(self, down: DownId) -> list[Datagram]:
        """Gives its BYE."""
        ...

    def congested(self, address: Address) -> None:
        """The line there takes no more: its pictures stop where they are, sound goes on, until it is
        :meth:`relieved`."""
        ...

    def relieved(self, address: Address) -> list[Datagram]:
        """The line there takes what is sent again: pictures begin with a key frame, the cached or the next."""
        ...

    def feed(self, datagram: bytes, address: Address, now_ns: int) -> list[Datagram]:
        """An SRTP or SRTCP packet came. Whatever is wrong with it: dropped and counted. ``now_ns``: when it came; that
        may be before the last tick, not before another packet that was fed."""
        ...

    def tick(self, now_ns: int, ntp_now: int) -> list[Datagram]:
        """Requests for lost packets and key frames, and reports, when they are due. To be called each 20 ms while
        packets come, each 100 ms when none do. ``ntp_now``: the node's wall clock as 32.32 fixed point; the first one
        counts, reports to peers go on from there by ``now_ns``."""
        ...

    def take_events(self) -> list[CoreEvent]: ...

    def take_tapped(self) -> list[Tapped]: ...

    def report(self, link: LinkId) -> LinkReport: ...

    def count(self, link: LinkId) -> LinkCounts:
        """What a publisher lost on the way here, or what a receiver reports. Unknown: nothing."""
        ...

    def counts(self) -> Mapping[str, int]:
        """Packets by what became of them (``forwarded``, ``dropped_gate``, …), since the start."""
        ...

    def listen(self, link: LinkId, heard: HeardRtcp | None) -> bool:
        """Show a link's RTCP to ``heard``, or no longer. False while the link is not open."""
        ...

    def figures(self) -> CoreFigures:
        """What is measured, for whoever looks now and then."""
        ...
