"""A session description as values: what both sides of an offer and answer say.

Only what this node acts on is kept; a description is written from the same values
(:func:`sfu.sdp.write.serialise`), so that what we say and what we read cannot drift apart.
"""

from enum import StrEnum

import msgspec

from bridge.ids import Mid, Rid, Ssrc
from bridge.media import Codec, Kind, Source

MID_URI = "urn:ietf:params:rtp-hdrext:sdes:mid"
RID_URI = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
AUDIO_LEVEL_URI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
ABS_SEND_TIME_URI = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
TRANSPORT_CC_URI = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"


class Direction(StrEnum):
    """Which way media flows, seen from the description's author (RFC 4566 §6)."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"

    @property
    def sends(self) -> bool:
        """True when the author sends."""
        return self in (Direction.SENDRECV, Direction.SENDONLY)


DIRECTIONS = {direction.value: direction for direction in Direction}


class Setup(StrEnum):
    """The author's part in the DTLS handshake (RFC 4145 §4): active = client, passive = server."""

    ACTIVE = "active"
    PASSIVE = "passive"
    ACTPASS = "actpass"
    HOLDCONN = "holdconn"


class CodecOffer(msgspec.Struct, frozen=True):
    """One payload type of one m-line, of a codec this node speaks."""

    codec: Codec
    payload_type: int
    clock_rate: int
    channels: int
    parameters: str = ""
    """The ``a=fmtp`` value as written, empty when there is none."""
    feedback: tuple[str, ...] = ()
    """``a=rtcp-fb`` values, those for all payload types (``*``) included."""


class SsrcGroup(msgspec.Struct, frozen=True):
    """RFC 5576 §4.2; ``semantics`` FID: (media, its retransmissions); SIM: simulcast layers."""

    semantics: str
    ssrcs: tuple[Ssrc, ...]


class RidOffer(msgspec.Struct, frozen=True):
    """One ``a=rid`` line (RFC 8851); ``sends`` seen from the author, ``restrictions`` as written."""

    rid: Rid
    sends: bool
    restrictions: str = ""


class SimulcastStream(msgspec.Struct, frozen=True):
    """Alternatives of one simulcast stream (RFC 8853); ``paused``: initially not sent (``~``)."""

    rid: Rid
    paused: bool = False


class Simulcast(msgspec.Struct, frozen=True):
    """``a=simulcast``: per direction the streams, each a tuple of alternatives."""

    send: tuple[tuple[SimulcastStream, ...], ...] = ()
    receive: tuple[tuple[SimulcastStream, ...], ...] = ()


class Address(msgspec.Struct, frozen=True):
    """Where a component listens: a numeric address and a port, of UDP or (passive, RFC 6544) of TCP."""

    ip: str
    port: int
    tcp: bool = False


class MediaDescription(msgspec.Struct, frozen=True):
    """One m-line. ``kind`` None: something that is no audio nor video (``name`` says what)."""

    mid: Mid
    kind: Kind | None
    name: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    direction: Direction = Direction.SENDRECV
    codecs: tuple[CodecOffer, ...] = ()
    extensions: dict[str, int] = {}
    """Header extension URI → local identifier (RFC 8285)."""
    ssrcs: tuple[Ssrc, ...] = ()
    """In the order of their first mention; retransmission streams included."""
    ssrc_groups: tuple[SsrcGroup, ...] = ()
    rids: tuple[RidOffer, ...] = ()
    simulcast: Simulcast | None = None
    rtx: dict[int, int] = {}
    """Payload type of a retransmission format (RFC 4588) → the payload type it repeats."""
    red: dict[int, int] = {}
    """Payload type of redundant sound (RFC 2198) → the payload type in it."""
    cname: str = ""
    stream: str = ""
    track: str = ""
    """``a=msid`` stream and track ids, empty when not said."""
    rtcp_mux: bool = False
    rtcp_reduced_size: bool = False
    bundle_only: bool = False
    candidates: tuple[Address, ...] = ()
    """Host candidates of component 1, over UDP or passive TCP."""

    @property
    def rejected(self) -> bool:
        """Port 0 says no, unless the m-line only lives in the bundle (RFC 8843 §6)."""
        return self.port == 0 and not self.bundle_only

    @property
    def media_ssrcs(self) -> tuple[Ssrc, ...]:
        """The SSRCs that carry media, not retransmissions."""
        repairs = {s for g in self.ssrc_groups if g.semantics == "FID" for s in g.ssrcs[1:]}
        return tuple(ssrc for ssrc in self.ssrcs if ssrc not in repairs)

    @property
    def repairs(self) -> dict[Ssrc, Ssrc]:
        """Retransmission SSRC → the media SSRC it repairs (RFC 4588 §8.3 by RFC 5576 §4.2)."""
        return {g.ssrcs[1]: g.ssrcs[0] for g in self.ssrc_groups if g.semantics == "FID" and len(g.ssrcs) == 2}


class SessionDescription(msgspec.Struct, frozen=True):
    """A whole offer or answer on one bundled transport."""

    ufrag: str
    pwd: str
    fingerprints: tuple[str, ...]
    """SHA-256 only, ``AB:CD:…`` in upper case; never empty."""
    setup: Setup
    media: tuple[MediaDescription, ...]
    bundle: tuple[Mid, ...] = ()
    session_id: int = 0
    version: int = 0
    ice_lite: bool = False

    @property
    def active(self) -> tuple[MediaDescription, ...]:
        """The m-lines that were not rejected."""
        return tuple(media for media in self.media if not media.rejected)


RemoteSession = SessionDescription
"""What the peer said."""

RemoteMedia = MediaDescription


class LocalIce(msgspec.Struct, frozen=True):
    """This node's side of one transport. ``fingerprint``: SHA-256, ``AB:CD:…``."""

    ufrag: str
    pwd: str
    fingerprint: str
    candidates: tuple[tuple[str, int], ...]
    """(IP, port) of each announced address, the preferred first; at least one."""
    tcp: bool = False
    """Whether the same addresses and ports take TCP connections too."""

    @property
    def addresses(self) -> tuple[Address, ...]:
        """As candidates."""
        udp = tuple(Address(ip, port) for ip, port in self.candidates)
        return udp + tuple(Address(ip, port, tcp=True) for ip, port in self.candidates) if self.tcp else udp


class ReceiveMedia(msgspec.Struct, frozen=True):
    """One accepted uplink m-line: how the node tells and reads its packets."""

    mid: Mid
    source: Source
    kind: Kind
    codecs: dict[int, CodecOffer]
    """Payload type → codec as answered. One entry: a track never changes its codec unannounced."""
    extensions: dict[str, int]
    ssrcs: tuple[Ssrc, ...]
    """Announced media SSRCs; empty when the peer announces none (then MID tells)."""
    rtx: dict[int, int] = {}
    """Payload type of the retransmission format → the payload type it repeats; empty when it has none."""
    red: dict[int, int] = {}
    """Payload type of redundant sound → the payload type in it; empty when it is sent plain only."""
    repairs: dict[Ssrc, Ssrc] = {}
    """Announced retransmission SSRC → the media SSRC it repairs."""


class Slot(msgspec.Struct, frozen=True):
    """One m-line of the downlink pool. ``active`` False: kept for later, nothing is sent."""

    mid: Mid
    kind: Kind
    active: bool
    ssrc: Ssrc
    cname: str
    stream: str
    track: str
    codecs: tuple[Codec, ...]
    """What is offered, the preferred first."""
    repair: Ssrc = Ssrc(0)
    """Of the retransmissions (RFC 4588); 0: none."""
