"""Sealed recordings made to measure: marked pictures and tones, muxed as the recorder does, and their manifest.

A picture's mark says when it was painted: ``utc_ms`` = began + media time. Its code is the participant's, and so is the
tone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.video.codeccontext import VideoCodecContext

from bridge.ids import (
    NS_PER_S,
    AgencyId,
    BridgePointId,
    NodeId,
    ParticipantId,
    ReceptionId,
    RecordingId,
    SeatId,
    TrackId,
)
from bridge.journal import GapReason
from bridge.manifest import (
    FORMAT,
    Manifest,
    ManifestGap,
    ManifestPart,
    ManifestParticipant,
    ManifestSegment,
    ManifestSilence,
    ManifestTrack,
    chained,
)
from bridge.media import Codec, GateReason, Moment, Source
from bridge.ports import ObjectStore
from deploy.marks import SAMPLE_RATE, Painter, PointSound
from recorder.muxer import CONTAINERS, SUFFIXES, SegmentFile
from recorder.segmenter import FrameWritten, SegmentBegun
from tests.support.frames import frame_of

BEGAN_UTC_NS = 1_795_400_000_000_000_000
"""A full second; 2026-11-23 09:13:20 in Vietnam."""
RECORDING = RecordingId("made1")


@dataclass
class Take:
    """A stretch of one source that was recorded, one segment."""

    start: float
    end: float
    size: tuple[int, int] = (320, 180)


@dataclass
class Made:
    """One track to be made."""

    code: int
    source: Source
    takes: Sequence[Take]
    codec: Codec = Codec.VP8
    gaps: Sequence[tuple[float, float, GapReason]] = ()
    silences: Sequence[tuple[float, float, GateReason]] = ()


@dataclass
class Person:
    """``code`` of its tracks; there from … to."""

    code: int
    name: str
    there: tuple[float, float]
    point: str = ""


@dataclass
class Maker:
    """Stores segments below ``recordings/made1/`` and writes the manifest."""

    objects: ObjectStore
    folder: Path
    fps: int = 25
    retain_utc_ns: int = BEGAN_UTC_NS
    _tracks: list[ManifestTrack] = field(default_factory=list)

    async def add(self, made: Made) -> TrackId:
        """Makes and stores one track."""
        track = TrackId(f"t{len(self._tracks) + 1}")
        segments = [await self._segment(track, number, made, take) for number, take in enumerate(made.takes, start=1)]
        self._tracks.append(track_of(made, track, segments))
        return track

    def manifest(self, people: Sequence[Person], seconds: float) -> Manifest:
        """Of what was added."""
        return manifest_of(self._tracks, people, seconds)

    async def _segment(self, track: TrackId, number: int, made: Made, take: Take) -> ManifestSegment:
        path = self.folder / f"{track}-{number}"
        width, height = take.size if made.source is not Source.MICROPHONE else (0, 0)
        codec = Codec.OPUS if made.source is Source.MICROPHONE else made.codec
        file = SegmentFile(path, SegmentBegun(number, codec, width, height, ns(take.start)))
        frames = _sound(made.code, take) if codec is Codec.OPUS else self._pictures(made.code, take, codec)
        for at_ns, body, key in frames:
            file.write(FrameWritten(number, at_ns, body, key))
        size, sha256 = file.finish()
        container = CONTAINERS[codec]
        key_ = f"recordings/{RECORDING}/{track}/{number:05d}.{SUFFIXES[container]}"
        stored = await self.objects.put(key_, path.read_bytes(), self.retain_utc_ns)
        path.unlink()
        start, end = ns(take.start), ns(take.end)
        return ManifestSegment(
            number, key_, stored.version, size, sha256, container, codec, width, height, file.frames,
            start, end, start, end, BEGAN_UTC_NS + start, BEGAN_UTC_NS + end,
        )  # fmt: skip

    def _pictures(self, code: int, take: Take, codec: Codec) -> Iterator[tuple[int, bytes, bool]]:
        encoder = _video_encoder(codec, take.size, self.fps)
        painter = Painter(code, f"Point {code}", *take.size)
        count = round((take.end - take.start) * self.fps)
        for index in range(count):
            at_ns = index * NS_PER_S // self.fps
            picture = painter.paint(index, (BEGAN_UTC_NS + ns(take.start) + at_ns) // 1_000_000)
            frame = frame_of(picture)
            frame.pts, frame.time_base = index, Fraction(1, self.fps)
            for packet in encoder.encode(frame):
                yield round(float(packet.pts or 0) * NS_PER_S / self.fps), bytes(packet), packet.is_keyframe


def manifest_of(tracks: Sequence[ManifestTrack], people: Sequence[Person], seconds: float) -> Manifest:
    """Chained, as sealing leaves it."""
    return chained(
        Manifest(
            format=FORMAT,
            recording=RECORDING,
            reception=ReceptionId("reception1"),
            title="Buổi tiếp công dân",
            office="Office",
            agency=AgencyId("office-central"),
            began=Moment(0, BEGAN_UTC_NS),
            ended=Moment(ns(seconds), BEGAN_UTC_NS + ns(seconds)),
            duration_ns=ns(seconds),
            parts=(ManifestPart(1, NodeId("n1"), 0),),
            participants=tuple(_participant(person) for person in people),
            tracks=tuple(tracks),
            events=(),
            software="test",
            sealed_utc_ns=BEGAN_UTC_NS + ns(seconds),
            audit_head="",
            journal_version="",
            journal_sha256="",
        )
    )


def track_of(made: Made, name: str, segments: Sequence[ManifestSegment]) -> ManifestTrack:
    """As the journal would give it."""
    return ManifestTrack(
        id=TrackId(name),
        participant=ParticipantId(f"p{made.code}"),
        source=made.source,
        codec=made.codec,
        part=1,
        start_ns=min((one.start_ns for one in segments), default=0),
        end_ns=max((one.end_ns for one in segments), default=0),
        segments=tuple(segments),
        gaps=tuple(ManifestGap(ns(start), ns(end), reason, 1) for start, end, reason in made.gaps),
        silences=tuple(ManifestSilence(ns(start), ns(end), reason) for start, end, reason in made.silences),
    )


def ns(seconds: float) -> int:
    """Seconds as the manifest counts."""
    return round(seconds * NS_PER_S)


def _participant(person: Person) -> ManifestParticipant:
    return ManifestParticipant(
        id=ParticipantId(f"p{person.code}"),
        seat=SeatId(f"s{person.code}"),
        name=person.name,
        role="citizen",
        point=BridgePointId(f"point{person.code}"),
        point_name=person.point,
        level="central",
        people=(person.name,),
        joined_ns=ns(person.there[0]),
        left_ns=ns(person.there[1]),
    )


def _video_encoder(codec: Codec, size: tuple[int, int], fps: int) -> VideoCodecContext:
    encoder = av.CodecContext.create("libvpx" if codec is Codec.VP8 else "libx264", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, fps), Fraction(fps)
    encoder.bit_rate = 1_500_000 * size[0] * size[1] // (1280 * 720) + 100_000
    encoder.gop_size = 250
    if codec is Codec.VP8:
        encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    else:
        encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"}
    return encoder


def _sound(code: int, take: Take) -> Iterator[tuple[int, bytes, bool]]:
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = SAMPLE_RATE, "mono", "s16"
    encoder.options = {"application": "lowdelay"}
    voice = PointSound(code)
    for index in range(round((take.end - take.start) * 50)):
        frame = AudioFrame(format="s16", layout="mono", samples=960)
        frame.planes[0].update(voice.samples(take.start + index * 0.02, 960).ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, index * 960, Fraction(1, SAMPLE_RATE)
        for packet in encoder.encode(frame):
            yield round(float(packet.pts or 0) * NS_PER_S / SAMPLE_RATE), bytes(packet), True
