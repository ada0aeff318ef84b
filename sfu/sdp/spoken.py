"""What this node speaks: codecs, their parameters and feedback, header extensions."""

from bridge.media import Codec, Kind
from sfu.sdp.formats import parameter
from sfu.sdp.model import (
    AUDIO_LEVEL_URI,
    MID_URI,
    RID_URI,
    CodecOffer,
)

PAYLOAD_TYPES = {Codec.VP8: 96, Codec.H264: 102, Codec.OPUS: 111}
"""Of every downlink; a packet's own payload type is rewritten to these."""

REPAIR_TYPES = {Codec.VP8: 97, Codec.H264: 103}
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
"""None that changes at each sending (abs-send-time, transport-cc): without RTX a browser would then encrypt the changed
packet under the sequence number it already used (AES-GCM gives its authentication key away for that)."""
_FEEDBACK = {
    Kind.AUDIO: ("nack",),
    Kind.VIDEO: ("nack", "nack pli", "ccm fir", "goog-remb"),
}
_H264_PARAMETERS = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
_H264_BASELINE = "42"
_OPUS_PARAMETERS = "minptime=10;useinbandfec=1"
_CLOCK = {Codec.VP8: (90_000, 1), Codec.H264: (90_000, 1), Codec.OPUS: (48_000, 2)}
"""Clock rate and channels as they are written in ``rtpmap`` (RFC 7587 §4.2: Opus always says 2)."""

_KIND = {Codec.VP8: Kind.VIDEO, Codec.H264: Kind.VIDEO, Codec.OPUS: Kind.AUDIO}


def choose_codec(kind: Kind, offered: tuple[CodecOffer, ...]) -> CodecOffer | None:
    """The peer's most preferred codec that we speak, as we answer it; None when there is none."""
    for offer in offered:
        if _KIND[offer.codec] is kind and _speaks(offer):
            return _answered(offer)
    return None


def choose_extensions(kind: Kind, offered: dict[str, int]) -> dict[str, int]:
    """Those of the offered header extensions that the node reads, under the offered ids."""
    return {uri: offered[uri] for uri in _UPLINK_EXTENSIONS[kind] if uri in offered}


def downlink_codecs(kind: Kind) -> tuple[CodecOffer, ...]:
    """What every downlink m-line of this kind offers."""
    return tuple(_downlink(codec) for codec, of in _KIND.items() if of is kind)


def downlink_repairs(kind: Kind) -> dict[int, int]:
    """The retransmission formats of every downlink m-line of this kind: payload type → the one it repeats."""
    return {number: PAYLOAD_TYPES[codec] for codec, number in REPAIR_TYPES.items() if _KIND[codec] is kind}


def downlink_redundancies(kind: Kind) -> dict[int, int]:
    """Redundant sound of every downlink m-line of this kind: payload type → the one in it."""
    return {RED_TYPE: PAYLOAD_TYPES[Codec.OPUS]} if kind is Kind.AUDIO else {}


def _speaks(offer: CodecOffer) -> bool:
    if (offer.clock_rate, offer.channels) != _CLOCK[offer.codec]:
        return False
    if offer.codec is not Codec.H264:
        return True
    profile = parameter(offer.parameters, "profile-level-id")
    mode = parameter(offer.parameters, "packetization-mode")
    return profile.startswith(_H264_BASELINE) and mode == "1"


def _answered(offer: CodecOffer) -> CodecOffer:
    wanted = _FEEDBACK[_KIND[offer.codec]]
    return CodecOffer(
        codec=offer.codec,
        payload_type=offer.payload_type,
        clock_rate=offer.clock_rate,
        channels=offer.channels,
        parameters=_answered_parameters(offer),
        feedback=tuple(value for value in wanted if value in offer.feedback),
    )


def _answered_parameters(offer: CodecOffer) -> str:
    """H264 as offered (profile and mode must agree, RFC 6184 §8.2.2); Opus mono with FEC."""
    if offer.codec is Codec.H264:
        return offer.parameters
    if offer.codec is Codec.OPUS:
        dtx = parameter(offer.parameters, "usedtx") == "1"
        return _OPUS_PARAMETERS + (";usedtx=1" if dtx else "")
    return ""


def _downlink(codec: Codec) -> CodecOffer:
    rate, channels = _CLOCK[codec]
    parameters = {Codec.H264: _H264_PARAMETERS, Codec.OPUS: _OPUS_PARAMETERS, Codec.VP8: ""}
    return CodecOffer(
        codec=codec,
        payload_type=PAYLOAD_TYPES[codec],
        clock_rate=rate,
        channels=channels,
        parameters=parameters[codec],
        feedback=_FEEDBACK[_KIND[codec]],
    )
