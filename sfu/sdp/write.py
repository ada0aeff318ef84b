"""Writes a session description; :func:`sfu.sdp.parse.parse_description` reads the same back.

Transport attributes are repeated in every living m-section: RFC 8843 wants them in the first only,
but aiortc looks for them in each, and browsers accept both.
"""

import ipaddress

from bridge.media import Codec
from sfu.sdp.model import Address, CodecOffer, MediaDescription, SessionDescription
from sfu.sdp.simulcast import serialise_rid, serialise_simulcast

_ENCODING = {Codec.VP8: "VP8", Codec.VP9: "VP9", Codec.H264: "H264", Codec.AV1: "AV1", Codec.OPUS: "opus"}
_VIDEO_CLOCK = 90_000
_UDP_PREFERENCE, _TCP_PREFERENCE = 126, 90
"""RFC 8445 §5.1.2.2, recommended for host candidates; RFC 6544 §4.2 wants less for TCP, and browsers say 90."""
_PASSIVE = 4 << 13
"""RFC 6544 §4.2: the direction's part of the local preference."""


def serialise(description: SessionDescription) -> str:
    """The description as text, lines ending in CRLF."""
    lines = [
        "v=0",
        f"o=- {description.session_id} {description.version} IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
    ]
    if description.ice_lite:
        lines.append("a=ice-lite")
    if description.bundle:
        lines.append("a=group:BUNDLE " + " ".join(description.bundle))
    lines.append("a=msid-semantic: WMS *")
    for media in description.media:
        lines += _media_lines(media, description)
    return "\r\n".join(lines) + "\r\n"


def _media_lines(media: MediaDescription, description: SessionDescription) -> list[str]:
    formats = " ".join(media.formats)
    lines = [
        f"m={media.name} {media.port} {media.protocol} {formats}",
        _connection(media.candidates),
        f"a=mid:{media.mid}",
    ]
    if not media.rejected:
        lines += _transport_lines(media, description)
    lines.append(f"a={media.direction}")
    if media.bundle_only:
        lines.append("a=bundle-only")
    for uri, identifier in media.extensions.items():
        lines.append(f"a=extmap:{identifier} {uri}")
    for codec in media.codecs:
        lines += _codec_lines(codec)
    for payload_type, repeated in media.rtx.items():
        lines += [f"a=rtpmap:{payload_type} rtx/{_rate(media, repeated)}", f"a=fmtp:{payload_type} apt={repeated}"]
    for payload_type, inside in media.red.items():
        lines += [f"a=rtpmap:{payload_type} red/48000/2", f"a=fmtp:{payload_type} {inside}/{inside}"]
    return lines + _stream_lines(media)


def _rate(media: MediaDescription, payload_type: int) -> int:
    """A retransmission has the clock of what it repeats (RFC 4588 §8.6)."""
    return next((codec.clock_rate for codec in media.codecs if codec.payload_type == payload_type), _VIDEO_CLOCK)


def _connection(candidates: tuple[Address, ...]) -> str:
    if not candidates:
        return "c=IN IP4 0.0.0.0"
    ip = candidates[0].ip
    return f"c=IN IP{ipaddress.ip_address(ip).version} {ip}"


def _transport_lines(media: MediaDescription, description: SessionDescription) -> list[str]:
    lines = [f"a=ice-ufrag:{description.ufrag}", f"a=ice-pwd:{description.pwd}"]
    lines += [f"a=fingerprint:sha-256 {digest}" for digest in description.fingerprints]
    lines.append(f"a=setup:{description.setup}")
    if media.rtcp_mux:
        lines.append("a=rtcp-mux")
    if media.rtcp_reduced_size:
        lines.append("a=rtcp-rsize")
    lines += [_candidate(index, address) for index, address in enumerate(media.candidates)]
    if media.candidates:
        lines.append("a=end-of-candidates")
    return lines


def _candidate(index: int, address: Address) -> str:
    """RFC 8839 §5.1, RFC 6544 §4.5: those named first are preferred, all of UDP before all of TCP."""
    where = f"{address.ip} {address.port} typ host"
    if address.tcp:
        priority = _TCP_PREFERENCE << 24 | (_PASSIVE + 8_191 - index) << 8 | 255
        return f"a=candidate:{index + 1} 1 tcp {priority} {where} tcptype passive"
    priority = _UDP_PREFERENCE << 24 | (65_535 - index) << 8 | 255
    return f"a=candidate:{index + 1} 1 udp {priority} {where}"


def _codec_lines(codec: CodecOffer) -> list[str]:
    channels = f"/{codec.channels}" if codec.channels > 1 else ""
    name = _ENCODING[codec.codec]
    lines = [f"a=rtpmap:{codec.payload_type} {name}/{codec.clock_rate}{channels}"]
    lines += [f"a=rtcp-fb:{codec.payload_type} {value}" for value in codec.feedback]
    if codec.parameters:
        lines.append(f"a=fmtp:{codec.payload_type} {codec.parameters}")
    return lines


def _stream_lines(media: MediaDescription) -> list[str]:
    lines = []
    if media.stream:
        lines.append(f"a=msid:{media.stream} {media.track}".rstrip())
    lines += [f"a=rid:{serialise_rid(rid)}" for rid in media.rids]
    if media.simulcast is not None:
        lines.append(f"a=simulcast:{serialise_simulcast(media.simulcast)}")
    for group in media.ssrc_groups:
        lines.append(f"a=ssrc-group:{group.semantics} {' '.join(map(str, group.ssrcs))}")
    for ssrc in media.ssrcs:
        lines.append(f"a=ssrc:{ssrc} cname:{media.cname}")
    return lines
