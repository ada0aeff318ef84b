"""Between av's frames and the marks' bytes."""

from array import array

import av

from deploy.marks import Luma, Picture


def frame_of(picture: Picture) -> av.VideoFrame:
    """The picture as a frame of av (whose rows may be padded)."""
    frame = av.VideoFrame(picture.width, picture.height, "yuv420p")
    for plane, pixels in zip(frame.planes, (picture.y, picture.u, picture.v), strict=True):
        padding = bytes(plane.line_size - plane.width)
        rows = (pixels[at : at + plane.width] + padding for at in range(0, len(pixels), plane.width))
        plane.update(b"".join(rows))
    return frame


def luma_of(frame: av.VideoFrame) -> Luma:
    """The brightness of a decoded frame (any planar YUV)."""
    plane = frame.planes[0]
    return Luma(frame.width, frame.height, plane.line_size, bytes(plane))


def mono_of(frame: av.AudioFrame) -> "array[int]":
    """The first channel of a decoded frame, 16 bit, at the frame's own rate."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=frame.sample_rate)
    found: array[int] = array("h")
    for converted in resampler.resample(frame):
        found.frombytes(bytes(converted.planes[0])[: converted.samples * 2])
    return found
