"""Session descriptions (RFC 8866, RFC 8829): parse, answer, offer. Pure: text and values only.

Browsers' descriptions are hostile text: whatever comes in, either a value or MalformedSdp.
aiortc's own SDP module is not used (it lets other exceptions escape and drops rid and simulcast).
"""

from sfu.sdp.downlink import build_downlink_offer, parse_answer
from sfu.sdp.lines import MAX_MEDIA
from sfu.sdp.model import (
    ABS_SEND_TIME_URI,
    AUDIO_LEVEL_URI,
    MID_URI,
    RID_URI,
    TRANSPORT_CC_URI,
    CodecOffer,
    Direction,
    LocalIce,
    MediaDescription,
    ReceiveMedia,
    RemoteMedia,
    RemoteSession,
    SessionDescription,
    Setup,
    Slot,
)
from sfu.sdp.parse import parse_description
from sfu.sdp.spoken import CODECS, DOWNLINK_EXTENSIONS, PAYLOAD_TYPES, RED_TYPE, REPAIR_TYPES
from sfu.sdp.uplink import answer_uplink, parse_offer
from sfu.sdp.write import serialise

__all__ = [
    "ABS_SEND_TIME_URI",
    "AUDIO_LEVEL_URI",
    "CODECS",
    "DOWNLINK_EXTENSIONS",
    "MAX_MEDIA",
    "MID_URI",
    "PAYLOAD_TYPES",
    "RED_TYPE",
    "REPAIR_TYPES",
    "RID_URI",
    "TRANSPORT_CC_URI",
    "CodecOffer",
    "Direction",
    "LocalIce",
    "MediaDescription",
    "ReceiveMedia",
    "RemoteMedia",
    "RemoteSession",
    "SessionDescription",
    "Setup",
    "Slot",
    "answer_uplink",
    "build_downlink_offer",
    "parse_answer",
    "parse_description",
    "parse_offer",
    "serialise",
]
