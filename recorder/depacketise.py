"""RTP payloads put together into frames: which codec is whose.

Pure cores, one per track. They take packets in order, with holes announced through ``reset``; whatever bytes come in,
the answer is frames or MalformedPacket, after which the caller resets.
"""

from collections.abc import Sequence

from bridge.media import Codec
from recorder.av1 import Av1Frames, starts_av1_key_frame
from recorder.frames import Depacketiser, DescribedFrames
from recorder.h264 import H264Frames, starts_h264_key_frame
from recorder.opus import OpusFrames
from recorder.vp8 import starts_vp8_key_frame, vp8_descriptor, vp8_key_size
from recorder.vp9 import starts_vp9_key_frame, vp9_begins, vp9_picture_size


def depacketiser(codec: Codec, parameters: Sequence[bytes] = ()) -> Depacketiser:
    """The one for this codec; ``parameters`` as its predecessor gave them."""
    match codec:
        case Codec.OPUS:
            return OpusFrames()
        case Codec.VP8:
            return DescribedFrames(vp8_descriptor, vp8_key_size)
        case Codec.VP9:
            return DescribedFrames(vp9_begins, vp9_picture_size)
        case Codec.AV1:
            return Av1Frames()
        case Codec.H264:
            return H264Frames(parameters)


def starts_key_frame(codec: Codec, payload: bytes) -> bool:
    """A guess from one packet, good enough to not ask for what is already coming; sound needs none."""
    match codec:
        case Codec.OPUS:
            return True
        case Codec.VP8:
            return bool(payload) and starts_vp8_key_frame(payload)
        case Codec.VP9:
            return starts_vp9_key_frame(payload)
        case Codec.AV1:
            return starts_av1_key_frame(payload)
        case Codec.H264:
            return starts_h264_key_frame(payload)
