"""An accepted m-line as the core is told of it."""

from sfu.core.seam import LinkId, PayloadFormat, Repairs, UpId, UpSpec
from sfu.sdp import AUDIO_LEVEL_URI, MID_URI, TRANSPORT_CC_URI, ReceiveMedia


def up_spec(up: UpId, link: LinkId, media: ReceiveMedia, *, is_open: bool, tapped: bool) -> UpSpec:
    """What may come on ``link`` as this m-line."""
    return UpSpec(
        up=up,
        link=link,
        mid=media.mid,
        ssrcs=media.ssrcs,
        formats=_formats(media),
        mid_extension=media.extensions.get(MID_URI),
        level_extension=media.extensions.get(AUDIO_LEVEL_URI),
        number_extension=media.extensions.get(TRANSPORT_CC_URI),
        is_open=is_open,
        tapped=tapped,
        repairs=Repairs(media.rtx, media.repairs),
    )


def _formats(media: ReceiveMedia) -> dict[int, PayloadFormat]:
    plain = {
        payload_type: PayloadFormat(codec.codec, codec.clock_rate, "nack" in codec.feedback)
        for payload_type, codec in media.codecs.items()
    }
    return plain | {red: plain[inside]._replace(inside=inside) for red, inside in media.red.items()}
