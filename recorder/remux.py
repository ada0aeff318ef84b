"""Stored segments in a form that browsers play with Media Source Extensions, without decoding (bridge.ports.Remuxer).

WebM plays as it is. H.264 in Matroska does not play anywhere; the same packets in fragmented MP4 do everywhere.
"""

import asyncio
import io

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream

from bridge.errors import MalformedInput

_FRAGMENTED = {"movflags": "frag_keyframe+empty_moov+default_base_moof+delay_moov"}
_WEBM_CODECS = {"vp8": 'video/webm; codecs="vp8"', "opus": 'audio/webm; codecs="opus"'}
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
            codec = stream.codec_context.name
            if container == "webm" and codec in ("vp8", "libvpx", "opus", "libopus"):
                return _WEBM_CODECS[codec.removeprefix("lib").replace("vpx", "vp8")], body
            if container == "matroska" and codec == "h264":
                return _fragmented(source, stream)
    except (av.FFmpegError, ValueError) as error:
        raise MalformedInput(f"segment cannot be read: {error}") from error
    raise MalformedInput(f"{codec} in {container} has no form for browsers")


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
