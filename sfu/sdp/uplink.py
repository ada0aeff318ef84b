"""The uplink: the browser offers what it sends, the node answers what it takes."""

from bridge.errors import MalformedSdp
from bridge.ids import Mid
from bridge.media import Kind, Source
from sfu.sdp.model import (
    CodecOffer,
    Direction,
    LocalIce,
    MediaDescription,
    ReceiveMedia,
    SessionDescription,
    Setup,
)
from sfu.sdp.parse import parse_description
from sfu.sdp.spoken import choose_codec, choose_extensions, numbers_packets, rate_controlled
from sfu.sdp.write import serialise


def parse_offer(text: str) -> SessionDescription:
    """The browser's offer. Raises MalformedSdp; the browser has to be the DTLS client (active)."""
    offer = parse_description(text)
    if offer.setup not in (Setup.ACTPASS, Setup.ACTIVE):
        raise MalformedSdp(f"offer with setup {offer.setup}")
    return offer


def answer_uplink(
    offer: SessionDescription, local: LocalIce, sources: dict[Mid, Source]
) -> tuple[str, list[ReceiveMedia]]:
    """The node's answer, and what it will receive.

    ``sources`` says which m-line is which source; an m-line not named there is answered inactive,
    one of a codec or kind we do not speak with port 0. Raises MalformedSdp when ``sources`` names
    an m-line that is not in the offer, of another kind, or one source twice.
    """
    _check_sources(offer, sources)
    received = [
        receive
        for media in offer.active
        if media.mid in sources and (receive := _receive(media, sources[media.mid])) is not None
    ]
    taken = {receive.mid: receive for receive in received}
    answered = tuple(_answer_media(media, taken.get(media.mid), local) for media in offer.media)
    answer = SessionDescription(
        ufrag=local.ufrag,
        pwd=local.pwd,
        fingerprints=(local.fingerprint,),
        setup=Setup.PASSIVE,
        media=answered,
        bundle=tuple(media.mid for media in answered if not media.rejected),
        session_id=offer.session_id,
        version=offer.version,
        ice_lite=True,
    )
    return serialise(answer), received


def _check_sources(offer: SessionDescription, sources: dict[Mid, Source]) -> None:
    kinds = {media.mid: media.kind for media in offer.media}
    for mid, source in sources.items():
        if kinds.get(mid) is not source.kind:
            raise MalformedSdp(f"{source} is not what m-line {str(mid)[:20]!r} carries")
    if len(set(sources.values())) != len(sources):
        raise MalformedSdp("one source on two m-lines")


def _receive(media: MediaDescription, source: Source) -> ReceiveMedia | None:
    """None when the browser sends nothing there, or nothing that we speak."""
    codec = choose_codec(source.kind, media.codecs)
    if not media.direction.sends or codec is None:
        return None
    rtx = _retransmission(media, codec)
    numbered = numbers_packets(codec, media.extensions, repairs=bool(rtx))
    return ReceiveMedia(
        mid=media.mid,
        source=source,
        kind=source.kind,
        codecs={codec.payload_type: rate_controlled(codec, numbered=numbered)},
        extensions=choose_extensions(source.kind, media.extensions, numbered=numbered),
        ssrcs=media.media_ssrcs,
        rtx=rtx,
        red=_redundancy(media, codec),
        repairs=media.repairs,
    )


def _answer_media(media: MediaDescription, receive: ReceiveMedia | None, local: LocalIce) -> MediaDescription:
    codec = _codec_of(media, receive)
    if media.rejected or media.kind is None or codec is None:
        return _rejected(media)
    rtx, red = _retransmission(media, codec), _redundancy(media, codec)
    numbered = numbers_packets(codec, media.extensions, repairs=bool(rtx))
    return MediaDescription(
        mid=media.mid,
        kind=media.kind,
        name=media.name,
        port=local.candidates[0][1],
        protocol=media.protocol,
        formats=tuple(map(str, [*red, codec.payload_type, *rtx])),
        direction=Direction.INACTIVE if receive is None else Direction.RECVONLY,
        codecs=(rate_controlled(codec, numbered=numbered),),
        rtx=rtx,
        red=red,
        extensions=choose_extensions(media.kind, media.extensions, numbered=numbered),
        rtcp_mux=True,
        rtcp_reduced_size=media.rtcp_reduced_size,
        candidates=local.addresses,
    )


def _retransmission(media: MediaDescription, codec: CodecOffer) -> dict[int, int]:
    """The format in which the browser repeats this codec (RFC 4588 §8.6), when it offers one and lets us ask."""
    if "nack" not in codec.feedback:
        return {}
    return dict([pair for pair in media.rtx.items() if pair[1] == codec.payload_type][:1])


def _redundancy(media: MediaDescription, codec: CodecOffer) -> dict[int, int]:
    """Redundant sound, when the browser offers it; answered as what we prefer."""
    return dict([pair for pair in media.red.items() if pair[1] == codec.payload_type][:1])


def _codec_of(media: MediaDescription, receive: ReceiveMedia | None) -> CodecOffer | None:
    if receive is not None:
        return next(iter(receive.codecs.values()))
    kind: Kind | None = media.kind
    return None if kind is None else choose_codec(kind, media.codecs)


def _rejected(media: MediaDescription) -> MediaDescription:
    return MediaDescription(
        mid=media.mid,
        kind=media.kind,
        name=media.name,
        port=0,
        protocol=media.protocol,
        formats=media.formats,
        direction=Direction.INACTIVE,
    )
