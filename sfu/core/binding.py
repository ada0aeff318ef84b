"""Which expected source an unknown SSRC is (RFC 8843 §9.2): announced SSRC, MID extension, payload type."""

from sfu.core.link import Link
from sfu.core.rtp import HEADER, extension
from sfu.core.seam import UpSpec
from sfu.core.up import UpTrack


def bind(link: Link, packet: bytes) -> UpTrack | None:
    """The track that begins with this packet; None when nothing fits or the source has its SSRC already.

    Raises MalformedPacket.
    """
    _, second, sequence, timestamp, ssrc = HEADER.unpack_from(packet)
    spec = _spec_of(link, packet, ssrc, second & 0x7F)
    if spec is None:
        return None
    form = spec.formats.get(second & 0x7F)
    if form is None:
        return None
    return UpTrack(spec, link, ssrc, form, (sequence, timestamp))


def _spec_of(link: Link, packet: bytes, ssrc: int, payload_type: int) -> UpSpec | None:
    bound = {up.spec.up for up in link.ups.values()}
    free = [spec for spec in link.expected.values() if spec.up not in bound]
    for spec in free:
        if ssrc in spec.ssrcs:
            return spec
    for spec in free:
        if spec.mid_extension is not None:
            said = extension(packet, spec.mid_extension)
            if said is not None and said == spec.mid.encode():
                return spec
    fitting = [spec for spec in free if payload_type in spec.formats and not spec.ssrcs]
    return fitting[0] if len(fitting) == 1 else None
