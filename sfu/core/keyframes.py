"""Where a key frame starts: VP8 (RFC 7741 §4.2, RFC 6386 §9.1) and H264 (RFC 6184 §5)."""

from bridge.media import Codec

_SPS = 7
_IDR = 5
_STAP_A = 24
_FU_A = 28


def starts_key_frame(codec: Codec, payload: bytes) -> bool:
    """True for the first packet of a key frame. Never raises: a payload cut short is no key frame.

    H264: the packet with the sequence parameters, or (from senders that say them once) the start of an IDR slice.
    """
    if codec is Codec.VP8:
        return _vp8(payload)
    if codec is Codec.H264:
        return _h264(payload)
    return False


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
