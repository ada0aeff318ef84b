"""The picture that is encoded: one frame of av that is painted on, rectangle by rectangle.

Rows are copied by memoryview: 0.16 ms for a tile of 640 × 360, a hundredth of what decoding and encoding cost.
"""

from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from recorder.rendition.layout import HEIGHT, WIDTH, Box

BLACK, GROUND = 16, 32
"""Luma: around a picture of another shape; of the canvas and the strips."""
_NEUTRAL = 128


class Canvas:
    """4:2:0, limited range. The encoder has copied the frame when its call returns, so one frame serves all."""

    def __init__(self) -> None:
        self.frame = VideoFrame(WIDTH, HEIGHT, "yuv420p")
        self._planes = [memoryview(plane).cast("B") for plane in self.frame.planes]
        self._strides = [plane.line_size for plane in self.frame.planes]
        self._scaler = VideoReformatter()

    def fill(self, box: Box, luma: int) -> None:
        """In one grey."""
        for index, value in enumerate((luma, _NEUTRAL, _NEUTRAL)):
            width, height = _size(box, index)
            self._rows(index, box, memoryview(bytes([value]) * width * height), width, width, height)

    def letters(self, box: Box, luma: bytes) -> None:
        """Grey pixels of the box's size; the ground below has no colour already."""
        self._rows(0, box, memoryview(luma), box.width, box.width, box.height)

    def picture(self, inner: Box, frame: VideoFrame) -> None:
        """Scaled to the box (:func:`recorder.rendition.layout.fitted` says which does not stretch it)."""
        smaller = inner.width < frame.width
        scaled = self._scaler.reformat(
            frame,
            inner.width,
            inner.height,
            "yuv420p",
            interpolation=Interpolation.AREA if smaller else Interpolation.BILINEAR,
        )
        for index, plane in enumerate(scaled.planes):
            width, height = _size(inner, index)
            self._rows(index, inner, memoryview(plane).cast("B"), plane.line_size, width, height)

    def _rows(self, index: int, box: Box, source: memoryview, stride: int, width: int, height: int) -> None:
        target, pitch, shift = self._planes[index], self._strides[index], int(index > 0)
        at, begin = (box.top >> shift) * pitch + (box.left >> shift), 0
        for _ in range(height):
            target[at : at + width] = source[begin : begin + width]
            at += pitch
            begin += stride


def _size(box: Box, plane: int) -> tuple[int, int]:
    return (box.width, box.height) if plane == 0 else (box.width // 2, box.height // 2)
