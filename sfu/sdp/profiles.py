"""Which profile of a codec an ``a=fmtp`` value means, and whether the node takes it.

Taken is what every browser decodes that knows the codec at all: constrained baseline of H264 (RFC 7742 §6.2 makes it
the one that all must speak), profile 0 of VP9 and AV1 (8 bit, 4:2:0). A receiver is then never asked for another.
"""

from bridge.media import Codec
from sfu.sdp.formats import parameter

_CONSTRAINED_BASELINE = (("42", 0x4F, 0x40), ("4d", 0x8F, 0x80), ("58", 0xCF, 0xC0))
_BASELINE = (("42", 0x4F, 0x00),)
"""RFC 6184 §8.1, table 5: (profile_idc, which bits of profile-iop say it, what they are)."""


def is_taken(codec: Codec, parameters: str) -> bool:
    """Whether a format with these parameters is of a profile that the node takes."""
    match codec:
        case Codec.H264:
            return _h264(parameters)
        case Codec.VP9:
            return parameter(parameters, "profile-id") in ("", "0")
        case Codec.AV1:
            return parameter(parameters, "profile") in ("", "0")
        case Codec.VP8 | Codec.OPUS:
            return True


def _h264(parameters: str) -> bool:
    """Plain baseline counts as constrained: no browser makes the slices that set it apart. Mode 1 alone: it may be
    cut into fragments."""
    profile = parameter(parameters, "profile-level-id").lower()
    if len(profile) != 6 or parameter(parameters, "packetization-mode") != "1":
        return False
    try:
        constraints = int(profile[2:4], 16)
    except ValueError:
        return False
    return any(
        profile[:2] == idc and constraints & mask == value for idc, mask, value in (*_CONSTRAINED_BASELINE, *_BASELINE)
    )
