"""What light clients say in SDP: a publisher's offer, a receiver's answer."""

from bridge.ids import Mid, Ssrc
from bridge.media import Codec, Kind, Source
from sfu.sdp import AUDIO_LEVEL_URI, CodecOffer, Direction, MediaDescription, SessionDescription, Setup, serialise
from sfu.sdp.model import Address

AUDIO_TYPE, VIDEO_TYPE = 111, 96
AUDIO_MID, VIDEO_MID = Mid("0"), Mid("1")
SOURCES = {AUDIO_MID: Source.MICROPHONE, VIDEO_MID: Source.CAMERA}
LEVEL_EXTENSION = 1
_PROTOCOL = "UDP/TLS/RTP/SAVPF"
_OPUS = CodecOffer(Codec.OPUS, AUDIO_TYPE, 48_000, 2, "minptime=10;useinbandfec=1", ("nack",))
_VP8 = CodecOffer(Codec.VP8, VIDEO_TYPE, 90_000, 1, "", ("nack", "nack pli", "ccm fir", "goog-remb"))


def audio_ssrc(publisher: int) -> Ssrc:
    """Of this publisher's sound."""
    return Ssrc(0x10000 + publisher)


def video_ssrc(publisher: int) -> Ssrc:
    """Of this publisher's picture."""
    return Ssrc(0x20000 + publisher)


def publisher_offer(publisher: int, ufrag: str, pwd: str, fingerprint: str, place: tuple[str, int]) -> str:
    """Microphone and camera, DTLS active."""
    media = (
        _sent(AUDIO_MID, Kind.AUDIO, _OPUS, audio_ssrc(publisher), {AUDIO_LEVEL_URI: LEVEL_EXTENSION}, place),
        _sent(VIDEO_MID, Kind.VIDEO, _VP8, video_ssrc(publisher), {}, place),
    )
    return serialise(_session(ufrag, pwd, fingerprint, media))


def receiver_answer(
    offer: SessionDescription,
    ufrag: str,
    pwd: str,
    fingerprint: str,
    place: tuple[str, int],
    decodes: frozenset[Codec] = frozenset({Codec.OPUS, Codec.VP8}),
) -> str:
    """Everything that is offered in a codec that it ``decodes`` is taken, DTLS active."""
    media = tuple(_answered(one, place, decodes) for one in offer.media)
    return serialise(_session(ufrag, pwd, fingerprint, media))


def _session(ufrag: str, pwd: str, fingerprint: str, media: tuple[MediaDescription, ...]) -> SessionDescription:
    return SessionDescription(
        ufrag=ufrag,
        pwd=pwd,
        fingerprints=(fingerprint,),
        setup=Setup.ACTIVE,
        media=media,
        bundle=tuple(one.mid for one in media if not one.rejected),
        session_id=1,
        version=1,
    )


def _sent(
    mid: Mid, kind: Kind, codec: CodecOffer, ssrc: Ssrc, extensions: dict[str, int], place: tuple[str, int]
) -> MediaDescription:
    return MediaDescription(
        mid=mid,
        kind=kind,
        name=kind.value,
        port=place[1],
        protocol=_PROTOCOL,
        formats=(str(codec.payload_type),),
        direction=Direction.SENDONLY,
        codecs=(codec,),
        extensions=extensions,
        ssrcs=(ssrc,),
        cname="bench",
        stream="bench",
        track=str(ssrc),
        rtcp_mux=True,
        rtcp_reduced_size=True,
        candidates=(Address(*place),),
    )


def _answered(media: MediaDescription, place: tuple[str, int], decodes: frozenset[Codec]) -> MediaDescription:
    codecs = tuple(codec for codec in media.codecs if codec.codec in decodes)
    if media.rejected or not codecs:
        return MediaDescription(media.mid, media.kind, media.name, 0, media.protocol, media.formats)
    return MediaDescription(
        mid=media.mid,
        kind=media.kind,
        name=media.name,
        port=place[1],
        protocol=media.protocol,
        formats=tuple(str(codec.payload_type) for codec in codecs),
        direction=Direction.RECVONLY if media.direction.sends else Direction.INACTIVE,
        codecs=codecs,
        extensions=media.extensions,
        rtcp_mux=True,
        rtcp_reduced_size=media.rtcp_reduced_size,
        candidates=(Address(*place),),
    )
