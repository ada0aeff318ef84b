"""The recorder's pure cores fed with a script, without sockets, disk or muxer: what was cut, and when each frame is."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bridge.ids import NS_PER_S
from bridge.journal import Entry, GapDeclared, SilenceDeclared, TrackBegan, TrackEnded
from bridge.media import Moment
from bridge.tap import Frame, FrameKind, unpack_declaration
from recorder.part import Part, Step
from recorder.segmenter import FrameWritten, KeyFrameWanted, SegmentBegun, SegmentEnded
from recorder.track import Checkpoint, Outcome, SegmentDone


@dataclass
class Cutting:
    """What came of one track. ``times``: media time of each frame written, s."""

    segments: list[SegmentEnded] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    asked: int = 0
    start_ns: int = 0

    @property
    def began(self) -> TrackBegan:
        return next(entry for entry in self.entries if isinstance(entry, TrackBegan))

    @property
    def ended(self) -> TrackEnded:
        return next(entry for entry in self.entries if isinstance(entry, TrackEnded))

    @property
    def gaps(self) -> list[GapDeclared]:
        return [entry for entry in self.entries if isinstance(entry, GapDeclared)]

    @property
    def silences(self) -> list[SilenceDeclared]:
        return [entry for entry in self.entries if isinstance(entry, SilenceDeclared)]


class CoreUnderTest:
    """A part, and what came of each of its tracks."""

    def __init__(self, segment_s: float = 60.0, part: Part | None = None) -> None:
        self.part = part or Part(1, round(segment_s * NS_PER_S))
        self.tracks: dict[int, Cutting] = {}
        self.outcomes: list[Outcome] = []

    def feed(self, frames: Iterable[Frame]) -> "CoreUnderTest":
        for frame in frames:
            if frame.kind is FrameKind.START:
                self._take(self.part.begin(unpack_declaration(frame.body, Moment).mono_ns))
            elif frame.kind is FrameKind.STOP:
                self._take(self.part.end(unpack_declaration(frame.body, Moment).mono_ns))
            else:
                self._take(self.part.feed(frame))
        return self

    def _take(self, steps: list[Step]) -> None:
        for track, outcomes in steps:
            cutting = self.tracks.setdefault(track, Cutting())
            self.outcomes += outcomes
            for outcome in outcomes:
                if isinstance(outcome, SegmentBegun):
                    cutting.start_ns = outcome.start_ns
                elif isinstance(outcome, FrameWritten):
                    cutting.times.append((cutting.start_ns + outcome.at_ns) / NS_PER_S)
                    cutting.bodies.append(outcome.body)
                elif isinstance(outcome, SegmentDone):
                    cutting.segments.append(outcome.ended)
                    cutting.checkpoints.append(outcome.checkpoint)
                elif isinstance(outcome, KeyFrameWanted):
                    cutting.asked += 1
                else:
                    cutting.entries.append(outcome)


def cut(frames: Iterable[Frame], segment_s: float = 60.0) -> dict[int, Cutting]:
    """Feed a whole script."""
    return CoreUnderTest(segment_s).feed(frames).tracks
