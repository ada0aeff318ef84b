"""Screenshots for the documents, made light: 256 colours of their own instead of 16 million take less than half."""

from fractions import Fraction
from pathlib import Path

import av
from av.filter import Graph
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

_TICK = Fraction(1)


def lighten(picture: Path) -> None:
    """Writes the PNG anew in its place."""
    with av.open(picture, "r") as file:
        frame = next(file.decode(video=0)).reformat(format="rgb24")
    picture.write_bytes(_packed(_with_palette(frame)))


def _with_palette(frame: VideoFrame) -> VideoFrame:
    """Without dither: flat faces and grounds stay flat, which is what packs well."""
    frame.pts, frame.time_base = 0, _TICK
    graph = Graph()
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=_TICK)
    split, found = graph.add("split"), graph.add("palettegen")
    used, sink = graph.add("paletteuse", "dither=none"), graph.add("buffersink")
    source.link_to(split)
    split.link_to(used, 0, 0)
    split.link_to(found, 1, 0)
    found.link_to(used, 0, 1)
    used.link_to(sink)
    graph.configure()
    source.push(frame)
    source.push(None)
    made = sink.pull()
    assert isinstance(made, VideoFrame)
    return made


def _packed(frame: VideoFrame) -> bytes:
    codec = VideoCodecContext.create("png", "w")
    assert isinstance(codec, VideoCodecContext)
    codec.width, codec.height, codec.pix_fmt = frame.width, frame.height, frame.format.name
    codec.time_base = _TICK
    return b"".join(bytes(packet) for packet in (*codec.encode(frame), *codec.encode(None)))
