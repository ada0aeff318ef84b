"""Stored segments of one track, decoded in order. It blocks; what cannot be decoded is told, not raised."""

import io
from collections.abc import Iterator
from typing import NamedTuple

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.container import InputContainer
from av.video.frame import VideoFrame

from bridge.errors import Refusal, Unavailable
from bridge.ids import NS_PER_S
from bridge.manifest import ManifestSegment, ManifestTrack
from recorder.rendition.bodies import Fetch
from recorder.rendition.faults import Faults
from recorder.rendition.plan import BRIEF_NS, LEEWAY_NS

_BEFORE_NS = BRIEF_NS + LEEWAY_NS


class Shown(NamedTuple):
    """From ``at_ns`` of the recording on this picture; None: the stored part cannot be loaded."""

    at_ns: int
    frame: VideoFrame | None


def pictures(track: ManifestTrack, from_ns: int, fetch: Fetch, faults: Faults) -> Iterator[Shown]:
    """From the file on that covers ``from_ns``; each begins with a key frame, so each has a decoder of its own and may
    have another size. Raises Unavailable."""
    for segment in _segments(track, from_ns):
        body = _body(segment, fetch, faults)
        frames = 0
        for frame in () if body is None else _video(segment, body, faults):
            frames += 1
            yield Shown(segment.start_ns + _ns(frame), frame)
        if not frames:
            yield Shown(segment.start_ns, None)
            faults.add(segment, "no picture in it can be decoded")


class SoundDecoder:
    """Opus of one track. One decoder for all of its files: anew at each minute it would be heard as a click."""

    def __init__(self, track: ManifestTrack, fetch: Fetch, faults: Faults) -> None:
        self._track = track
        self._fetch = fetch
        self._faults = faults
        self._decoder: AudioCodecContext | None = None

    def frames(self, from_ns: int) -> Iterator[tuple[int, AudioFrame]]:
        """(ns on the recording's clock, frame) from the file on that covers ``from_ns``. Raises Unavailable."""
        for segment in _segments(self._track, from_ns):
            body = _body(segment, self._fetch, self._faults)
            if body is None:
                continue
            try:
                yield from self._of(segment, body)
            except av.FFmpegError as error:
                self._faults.add(segment, error)

    def _of(self, segment: ManifestSegment, body: bytes) -> Iterator[tuple[int, AudioFrame]]:
        with _opened(body) as container:
            stream = container.streams.audio[0]
            self._decoder = self._decoder or _opus(stream)
            for packet in container.demux(stream):
                if packet.pts is None:
                    continue  # demux ends with an empty packet, which would end the decoder too
                try:
                    found = self._decoder.decode(packet)
                except av.FFmpegError as error:
                    self._faults.add(segment, error)
                    continue
                for frame in found:
                    yield segment.start_ns + _ns(frame), frame


def _opus(stream: AudioStream) -> AudioCodecContext:
    decoder = CodecContext.create("opus", "r")
    if not isinstance(decoder, AudioCodecContext):
        raise TypeError(f"opus is decoded by {decoder}")
    decoder.extradata = stream.codec_context.extradata
    decoder.layout = stream.codec_context.layout
    return decoder


def _segments(track: ManifestTrack, from_ns: int) -> list[ManifestSegment]:
    """The one before too when it ended just now: its last picture may still stand."""
    found = (one for one in track.segments if one.end_ns > from_ns - _BEFORE_NS)
    return sorted(found, key=lambda one: one.start_ns)


def _body(segment: ManifestSegment, fetch: Fetch, faults: Faults) -> bytes | None:
    try:
        return fetch(segment)
    except Unavailable:
        raise
    except Refusal as refusal:
        faults.add(segment, refusal)
        return None


def _video(segment: ManifestSegment, body: bytes, faults: Faults) -> Iterator[VideoFrame]:
    try:
        with _opened(body) as container:
            stream = container.streams.video[0]
            stream.codec_context.thread_count = 1  # the whole job's share of the machine is limited
            for packet in container.demux(stream):
                try:
                    yield from (frame for frame in packet.decode() if frame.pts is not None)
                except av.FFmpegError as error:  # the rest of the file is still worth showing
                    faults.add(segment, error)
    except (av.FFmpegError, IndexError) as error:
        faults.add(segment, error)


def _opened(body: bytes) -> InputContainer:
    return av.open(io.BytesIO(body), "r", format="matroska")


def _ns(frame: AudioFrame | VideoFrame) -> int:
    return round((frame.time or 0.0) * NS_PER_S)
