"""What this node speaks: codecs, their parameters and feedback, header extensions."""

import msgspec

from bridge.media import Codec, Kind
from sfu.sdp.formats import parameter
from sfu.sdp.model import (
    AUDIO_LEVEL_URI,
    MID_URI,
    RID_URI,
    TRANSPORT_CC_URI,
    CodecOffer,
)
from sfu.sdp.profiles import is_taken

PAYLOAD_TYPES = {Codec.VP8: 96, Codec.VP9: 98, Codec.AV1: 100, Codec.H264: 102, Codec.OPUS: 111}
"""Of every downlink; a packet's own payload type is rewritten to these."""

REPAIR_TYPES = {Codec.VP8: 97, Codec.VP9: 99, Codec.AV1: 101, Codec.H264: 103}
"""Payload types of every downlink's retransmissions (RFC 4588). None for sound: Chromium 156 takes no ``rtx`` in an
audio m-line, and refuses the whole description when two SSRCs are announced there."""

RED_TYPE = 63
"""Payload type of every downlink's redundant sound (RFC 2198): Opus once more in the packet after it."""

DOWNLINK_EXTENSIONS = {
    Kind.AUDIO: {MID_URI: 1, AUDIO_LEVEL_URI: 2},
    Kind.VIDEO: {MID_URI: 1},
}
"""Header extensions of every downlink. None of them changes between two sendings of one packet:
a repeated packet must stay the same byte for byte."""

_UPLINK_EXTENSIONS = {
    Kind.AUDIO: (MID_URI, RID_URI, AUDIO_LEVEL_URI),
    Kind.VIDEO: (MID_URI, RID_URI),
}
"""None that changes at each sending (abs-send-time): without RTX a browser would then encrypt the changed packet under
the sequence number it already used (AES-GCM gives its authentication key away for that). The transport-wide number
changes so, and is taken only where the m-line has RTX (:func:`numbers_packets`)."""
_REMB, _TRANSPORT_CC = "goog-remb", "transport-cc"
_FEEDBACK = {
    Kind.AUDIO: ("nack",),
    Kind.VIDEO: ("nack", "nack pli", "ccm fir", _REMB),
}
_H264_PARAMETERS = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
_AV1_PARAMETERS = "level-idx=5;profile=0;tier=0"
_OPUS_PARAMETERS = "minptime=10;useinbandfec=1"
_DOWNLINK_PARAMETERS = {
    Codec.VP8: "",
    Codec.VP9: "profile-id=0",
    Codec.H264: _H264_PARAMETERS,
    Codec.AV1: _AV1_PARAMETERS,
    Codec.OPUS: _OPUS_PARAMETERS,
}
CODECS = {Kind.VIDEO: (Codec.VP8, Codec.VP9, Codec.H264, Codec.AV1), Kind.AUDIO: (Codec.OPUS,)}
"""Everything of a kind, in the order that is offered while nothing is sent."""
_KIND = {codec: kind for kind, codecs in CODECS.items() for codec in codecs}
_CLOCK = {codec: (48_000, 2) if codec is Codec.OPUS else (90_000, 1) for codec in Codec}
"""Clock rate and channels as they are written in ``rtpmap`` (RFC 7587 §4.2: Opus always says 2)."""


def choose_codec(kind: Kind, offered: tuple[CodecOffer, ...]) -> CodecOffer | None:
    """The peer's most preferred codec that we speak, as we answer it; None when there is none."""
    for offer in offered:
        if _KIND[offer.codec] is kind and _speaks(offer):
            return _answered(offer)
    return None


def choose_extensions(kind: Kind, offered: dict[str, int], *, numbered: bool) -> dict[str, int]:
    """Those of the offered header extensions that the node reads, under the offered ids."""
    read = (*_UPLINK_EXTENSIONS[kind], *((TRANSPORT_CC_URI,) if numbered else ()))
    return {uri: offered[uri] for uri in read if uri in offered}


def numbers_packets(codec: CodecOffer, offered: dict[str, int], *, repairs: bool) -> bool:
    """Whether the browser is to number what it sends and be told when it came, for its own rate control."""
    return repairs and TRANSPORT_CC_URI in offered and _TRANSPORT_CC in codec.feedback


def rate_controlled(codec: CodecOffer, *, numbered: bool) -> CodecOffer:
    """With one of both ways to control the sender's rate: its own by transport-cc, else ours by REMB."""
    other = _REMB if numbered else _TRANSPORT_CC
    return msgspec.structs.replace(codec, feedback=tuple(value for value in codec.feedback if value != other))


def downlink_codecs(codecs: tuple[Codec, ...]) -> tuple[CodecOffer, ...]:
    """As a downlink m-line offers them."""
    return tuple(_downlink(codec) for codec in codecs)


def downlink_repairs(codecs: tuple[Codec, ...]) -> dict[int, int]:
    """Retransmissions of these on a downlink m-line: payload type → the one it repeats."""
    return {REPAIR_TYPES[codec]: PAYLOAD_TYPES[codec] for codec in codecs if codec in REPAIR_TYPES}


def downlink_redundancies(kind: Kind) -> dict[int, int]:
    """Redundant sound of every downlink m-line of this kind: payload type → the one in it."""
    return {RED_TYPE: PAYLOAD_TYPES[Codec.OPUS]} if kind is Kind.AUDIO else {}


def _speaks(offer: CodecOffer) -> bool:
    same_clock = (offer.clock_rate, offer.channels) == _CLOCK[offer.codec]
    return same_clock and is_taken(offer.codec, offer.parameters)


def _answered(offer: CodecOffer) -> CodecOffer:
    wanted = (*_FEEDBACK[_KIND[offer.codec]], _TRANSPORT_CC)
    return CodecOffer(
        codec=offer.codec,
        payload_type=offer.payload_type,
        clock_rate=offer.clock_rate,
        channels=offer.channels,
        parameters=_answered_parameters(offer),
        feedback=tuple(value for value in wanted if value in offer.feedback),
    )


def _answered_parameters(offer: CodecOffer) -> str:
    """Pictures as offered (profile and mode must agree, RFC 6184 §8.2.2); Opus mono with FEC."""
    if offer.codec is Codec.OPUS:
        dtx = parameter(offer.parameters, "usedtx") == "1"
        return _OPUS_PARAMETERS + (";usedtx=1" if dtx else "")
    return "" if offer.codec is Codec.VP8 else offer.parameters


def _downlink(codec: Codec) -> CodecOffer:
    rate, channels = _CLOCK[codec]
    return CodecOffer(
        codec=codec,
        payload_type=PAYLOAD_TYPES[codec],
        clock_rate=rate,
        channels=channels,
        parameters=_DOWNLINK_PARAMETERS[codec],
        feedback=_FEEDBACK[_KIND[codec]],
    )
