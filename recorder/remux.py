"""Stored segments in a form that browsers play with Media Source Extensions, without decoding (bridge.ports.Remuxer).

WebM plays as it is, whatever is in it. H.264 in Matroska does not play anywhere; the same packets in fragmented MP4
do everywhere.
"""

import asyncio
import io

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream

from bridge.errors import MalformedInput

_FRAGMENTED = {"movflags": "frag_keyframe+empty_moov+default_base_moof+delay_moov"}
_WEBM_CODECS = {
    "vp8": 'video/webm; codecs="vp8"',
    "vp9": 'video/webm; codecs="vp09.00.41.08"',
    "opus": 'audio/webm; codecs="opus"',
}
"""VP9 by the long name, which Safari wants: profile 0, level 4.1 (what a camera or screen needs at most), 8 bits."""
LAST_FRAME_MS = 40
"""MP4 wants a duration where Matroska gives none: of a segment's last frame."""


class PyAvRemuxer:
    """:class:`bridge.ports.Remuxer`; the work runs in a thread."""

    async def browser_form(self, container: str, body: bytes) -> tuple[str, bytes]:
        """(media type with codecs, bytes). Raises MalformedInput."""
        return await asyncio.to_thread(browser_form, container, body)


def browser_form(container: str, body: bytes) -> tuple[str, bytes]:
    """The same, blocking. ``container`` as the journal names it: ``webm`` | ``matroska``."""
    try:
        with av.open(io.BytesIO(body), format="matroska") as source:
            if not isinstance(source, InputContainer) or not source.streams:
                raise MalformedInput("segment without a stream")
            stream = source.streams[0]
            if stream.codec_context is None:
                raise MalformedInput("segment of an unknown codec")
            codec = stream.codec_context.codec.canonical_name
            if container == "webm" and codec in _WEBM_CODECS:
                return _WEBM_CODECS[codec], body
            if container == "webm" and codec == "av1":
                return _av1_type(stream.codec_context.extradata or b""), body
            if container == "matroska" and codec == "h264":
                return _fragmented(source, stream)
    except (av.FFmpegError, ValueError) as error:
        raise MalformedInput(f"segment cannot be read: {error}") from error
    raise MalformedInput(f"{codec} in {container} has no form for browsers")


def _av1_type(private: bytes) -> str:
    """The codec's parameters from its av1C (AV1 in ISOBMFF, sections 2.3 and 5)."""
    if len(private) < 4 or private[0] != 0x81:
        raise MalformedInput("AV1 segment without its av1C")
    profile, level = private[1] >> 5, private[1] & 0x1F
    tier = "H" if private[2] & 0x80 else "M"
    bits = (12 if private[2] & 0x20 else 10) if private[2] & 0x40 else 8
    return f'video/webm; codecs="av01.{profile}.{level:02}{tier}.{bits:02}"'


def _fragmented(source: InputContainer, stream: Stream) -> tuple[str, bytes]:
    extradata = stream.codec_context.extradata or b""
    if len(extradata) < 4 or extradata[0] != 1:
        raise MalformedInput("H.264 segment without its avcC")
    file = io.BytesIO()
    target = av.open(file, "w", format="mp4", options=_FRAGMENTED)
    try:
        copied = target.add_stream_from_template(stream, opaque=True)
        _copy(source, stream, target, copied)
    finally:
        target.close()
    profile = extradata[1:4].hex()
    return f'video/mp4; codecs="avc1.{profile}"', file.getvalue()


def _copy(source: InputContainer, stream: Stream, target: OutputContainer, copied: Stream) -> None:
    """Packet by packet, each with the time to the next as its duration. Raises MalformedInput when there is none."""
    waiting: Packet[Stream] | None = None
    for packet in source.demux(stream):
        if packet.dts is None:
            continue
        if waiting is not None and waiting.dts is not None:
            waiting.duration = packet.dts - waiting.dts
            target.mux(waiting)
        packet.stream = copied
        waiting = packet
    if waiting is None:
        raise MalformedInput("segment without a frame")
    waiting.duration = LAST_FRAME_MS
    target.mux(waiting)
