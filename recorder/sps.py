"""How large the pictures of an H.264 stream are: from its sequence parameter set."""

from bridge.errors import MalformedPacket
from recorder.bits import Bits

_WITH_CHROMA_FORMAT = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128})
"""profile_idc values whose SPS says its chroma format (H.264 section 7.3.2.1.1)."""


def picture_size(sps: bytes) -> tuple[int, int]:
    """Width and height after cropping, from a sequence parameter set with its NAL header. Raises MalformedPacket."""
    reader = Bits(sps[1:].replace(b"\x00\x00\x03", b"\x00\x00"))
    profile = reader.bits(8)
    reader.bits(16)  # constraint flags, level
    reader.unsigned()  # id
    chroma = _chroma_format(reader) if profile in _WITH_CHROMA_FORMAT else 1
    reader.unsigned()  # log2_max_frame_num_minus4
    _skip_picture_order(reader)
    reader.unsigned()  # max_num_ref_frames
    reader.bits(1)
    width = (reader.unsigned() + 1) * 16
    map_height = (reader.unsigned() + 1) * 16
    frames_only = reader.bits(1)
    if not frames_only:
        reader.bits(1)
    reader.bits(1)  # direct_8x8_inference_flag
    height = map_height * (2 - frames_only)
    return _cropped(reader, width, height, chroma, frames_only)


def _chroma_format(reader: Bits) -> int:
    chroma = reader.unsigned()
    if chroma == 3:
        reader.bits(1)
    reader.unsigned()  # bit depths
    reader.unsigned()
    reader.bits(1)
    if reader.bits(1):
        for index in range(12 if chroma == 3 else 8):
            if reader.bits(1):
                _skip_scaling_list(reader, 16 if index < 6 else 64)
    return chroma


def _skip_scaling_list(reader: Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + reader.signed()) % 256
        last = following or last


def _skip_picture_order(reader: Bits) -> None:
    kind = reader.unsigned()
    if kind == 0:
        reader.unsigned()
    elif kind == 1:
        reader.bits(1)
        reader.signed()
        reader.signed()
        for _ in range(min(reader.unsigned(), 255)):
            reader.signed()


def _cropped(reader: Bits, width: int, height: int, chroma: int, frames_only: int) -> tuple[int, int]:
    if not reader.bits(1):
        return _plausible(width, height)
    left, right, top, bottom = (reader.unsigned() for _ in range(4))
    across = 2 if chroma in (1, 2) else 1
    down = (2 if chroma == 1 else 1) * (2 - frames_only)
    return _plausible(width - (left + right) * across, height - (top + bottom) * down)


def _plausible(width: int, height: int) -> tuple[int, int]:
    """Level 6.2 ends at 16 384 in either direction; beyond it the bytes are no picture."""
    if not (0 < width <= 16384 and 0 < height <= 16384):
        raise MalformedPacket(f"SPS says {width} by {height}")
    return width, height
