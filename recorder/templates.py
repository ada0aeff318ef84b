"""Tiny WebM files (RFC 8794, RFC 9559) whose one stream is a template for streams to be written.

PyAV makes a stream that knows its codec's own header only from an encoder or from a file. An encoder would have to be
opened, and its delay would be written down for streams that do not have it; so here is a file.
"""

import io
import struct
from functools import cache

import av
from av.stream import Stream

from recorder.obu import read_sequence, read_unit


class Template:
    """``stream`` lives as long as this. Raises av.FFmpegError."""

    def __init__(self, file: bytes) -> None:
        self._opened = av.open(io.BytesIO(file), "r", format="matroska")
        self.stream: Stream = self._opened.streams[0]


@cache
def opus_template() -> Template:
    """Opus without pre-skip."""
    return Template(tiny_opus_webm())


def av1_template(sequence: bytes) -> Template:
    """AV1 with its configuration, from a sequence header unit. Nothing is decoded. Raises MalformedPacket."""
    return Template(tiny_av1_webm(sequence))


def tiny_opus_webm() -> bytes:
    """One packet of stereo silence (OpusHead: RFC 7845 section 5.1)."""
    head = b"OpusHead" + struct.pack("<BBHIHB", 1, 2, 0, 48_000, 0, 0)
    audio = _element(0xB5, struct.pack(">d", 48_000.0)) + _element(0x9F, b"\x02")
    entry = _track(b"\x02", b"A_OPUS") + _element(0x63A2, head) + _element(0xE1, audio)
    cluster = _element(0x1F43B675, _element(0xE7, b"\x00") + _element(0xA3, b"\x81\x00\x00\x80\xfc\xff\xfe"))
    return _file(entry, cluster)


def tiny_av1_webm(sequence: bytes) -> bytes:
    """No picture at all, in an empty cluster: without one libavformat does not open it.

    av1C: AV1 in ISOBMFF, section 2.3. Raises MalformedPacket.
    """
    said = read_sequence(read_unit(sequence).content)
    private = b"\x81" + said.configuration + b"\x00" + sequence
    size = _element(0xB0, said.width.to_bytes(3, "big")) + _element(0xBA, said.height.to_bytes(3, "big"))
    entry = _track(b"\x01", b"V_AV1") + _element(0x63A2, private) + _element(0xE0, size)
    return _file(entry, _element(0x1F43B675, _element(0xE7, b"\x00")))


def _track(kind: bytes, codec: bytes) -> bytes:
    return _element(0xD7, b"\x01") + _element(0x73C5, b"\x01") + _element(0x83, kind) + _element(0x86, codec)


def _file(entry: bytes, clusters: bytes) -> bytes:
    info = _element(0x1549A966, _element(0x2AD7B1, (1_000_000).to_bytes(3, "big")))
    document = _element(0x4282, b"webm") + _element(0x4287, b"\x02") + _element(0x4285, b"\x02")
    segment = _element(0x18538067, info + _element(0x1654AE6B, _element(0xAE, entry)) + clusters)
    return _element(0x1A45DFA3, document) + segment


def _element(name: int, content: bytes) -> bytes:
    """An EBML element with a length of eight bytes (RFC 8794 section 4)."""
    return name.to_bytes((name.bit_length() + 7) // 8, "big") + (len(content) | 1 << 56).to_bytes(8, "big") + content
