"""Where a key frame starts, by codec: VP8 (RFC 7741 §4.2, RFC 6386 §9.1), VP9 (RFC 9628 §4.2), H264 (RFC 6184 §5),
AV1 (RTP Payload Format for AV1, §4.4)."""

from collections.abc import Callable, Mapping

from bridge.media import Codec

_SPS = 7
_IDR = 5
_STAP_A = 24
_FU_A = 28


def starts_key_frame(codec: Codec, payload: bytes) -> bool:
    """True for the first packet of a key frame. Never raises: a payload cut short is no key frame.

    H264: the packet with the sequence parameters, or (from senders that say them once) the start of an IDR slice.
    """
    reader = _READERS.get(codec)
    return reader is not None and reader(payload)


def _vp8(payload: bytes) -> bool:
    size = len(payload)
    if size < 1 or payload[0] & 0x17 != 0x10:  # S set, partition 0
        return False
    position = 1
    if payload[0] & 0x80:
        if size < 2:
            return False
        flags = payload[1]
        position = 2
        if flags & 0x80:
            if size < 3:
                return False
            position += 2 if payload[2] & 0x80 else 1
        position += 1 if flags & 0x40 else 0
        position += 1 if flags & 0x30 else 0
    # The first bit of the VP8 payload header says "no key frame".
    return position < size and not payload[position] & 0x01


def _vp9(payload: bytes) -> bool:
    """I P L F B E V Z: the beginning (B) of a frame that is predicted from no other picture (P), of the lowest spatial
    layer: those above it lean on it."""
    if not payload or payload[0] & 0x48 != 0x08:
        return False
    if not payload[0] & 0x20:
        return len(payload) > 1
    position = 1
    if payload[0] & 0x80:
        if len(payload) < 2:
            return False
        position = 3 if payload[1] & 0x80 else 2
    return position < len(payload) and not payload[position] & 0x0E


def _av1(payload: bytes) -> bool:
    """Z Y W W N: the first packet of a coded video sequence (N), which does not go on with an OBU of before (Z)."""
    return len(payload) > 1 and payload[0] & 0x88 == 0x08


def _h264(payload: bytes) -> bool:
    if not payload:
        return False
    kind = payload[0] & 0x1F
    if kind in (_SPS, _IDR):
        return True
    if kind == _FU_A:
        return len(payload) > 1 and bool(payload[1] & 0x80) and payload[1] & 0x1F == _IDR
    return kind == _STAP_A and _aggregated(payload)


def _aggregated(payload: bytes) -> bool:
    position = 1
    while position + 2 < len(payload):
        size = payload[position] << 8 | payload[position + 1]
        if payload[position + 2] & 0x1F in (_SPS, _IDR):
            return True
        position += 2 + size
    return False


_READERS: Mapping[Codec, Callable[[bytes], bool]] = {
    Codec.VP8: _vp8,
    Codec.VP9: _vp9,
    Codec.H264: _h264,
    Codec.AV1: _av1,
}
