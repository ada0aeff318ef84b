"""One run of one media node as it appears in a tap: its tracks, its clocks, and where its time stands. A pure core."""

from collections.abc import Callable
from typing import TypeAlias

from bridge.errors import MalformedPacket
from bridge.ids import ParticipantId
from bridge.journal import GapReason
from bridge.tap import (
    Frame,
    FrameKind,
    GateMoved,
    TrackDeclared,
    unpack_declaration,
    unpack_sender_report,
)
from recorder.timeline import SenderClock
from recorder.track import Checkpoint, Outcome, TrackLine

Step: TypeAlias = tuple[int, list[Outcome]]
"""(track number, what came of it)."""


class Part:
    """``opened_ns``: the node's clock when this part's recording begins, None until START says it. ``at_ns``: media
    time of that moment."""

    def __init__(self, number: int, segment_ns: int, opened_ns: int | None = None, at_ns: int = 0) -> None:
        self.number = number
        self.opened_ns = opened_ns
        self.at_ns = at_ns
        self.now_ns = opened_ns or 0
        self.malformed = 0
        self.lines: dict[int, TrackLine] = {}
        self._segment_ns = segment_ns
        self._before: dict[tuple[int, FrameKind], Frame] = {}
        self._clocks: dict[tuple[ParticipantId, int], SenderClock] = {}
        self._by_kind: dict[FrameKind, Callable[[TrackLine, Frame], list[Outcome]]] = {
            FrameKind.RTP: self._rtp,
            FrameKind.SENDER_REPORT: self._sender_report,
            FrameKind.GATE: self._gate,
            FrameKind.END: self._end,
        }

    def begin(self, opened_ns: int) -> list[Step]:
        """START: media time begins. What was said of the tracks before it still holds."""
        self.opened_ns = self.now_ns = opened_ns
        before, self._before = self._before, {}
        return [step for frame in sorted(before.values(), key=_said_order) for step in self.feed(frame)]

    def preamble(self) -> list[Frame]:
        """Declarations that came before START and that a log begun at START must repeat."""
        return sorted(self._before.values(), key=_said_order)

    def declared(self, track: int) -> TrackDeclared | None:
        """What a track is, once it was said."""
        line = self.lines.get(track)
        if line is not None:
            return line.declared
        before = self._before.get((track, FrameKind.TRACK))
        return unpack_declaration(before.body, TrackDeclared) if before is not None else None

    def feed(self, frame: Frame) -> list[Step]:
        """A frame of the tap, in its order. Malformed ones are counted and dropped."""
        try:
            return self._feed(frame)
        except MalformedPacket:
            self.malformed += 1
            return []

    def end(self, at_mono_ns: int, reason: GapReason = GapReason.SENDER_STALLED) -> list[Step]:
        """STOP, or the node restarted: all its tracks end."""
        return [(track, line.end(None, at_mono_ns, reason)) for track, line in self.lines.items()]

    def restore(self, track: int, checkpoint: Checkpoint) -> None:
        """Go on with a track behind an ended segment. Of the clocks of one connection the newest is taken."""
        declared = checkpoint.declared
        whose = (declared.participant, declared.connection)
        known = self._clocks.setdefault(whose, checkpoint.clock)
        if _heard(checkpoint.clock) > _heard(known):
            known.anchors, known.held_up = checkpoint.clock.anchors, checkpoint.clock.held_up
        self.lines[track] = self._line(declared, checkpoint)

    def media_ns(self, mono_ns: int) -> int:
        """Media time of a moment of this node's clock."""
        return mono_ns - self._origin()

    def mono_ns(self, media_ns: int) -> int:
        """The moment of this node's clock at a media time."""
        return media_ns + self._origin()

    def _feed(self, frame: Frame) -> list[Step]:
        self.now_ns = max(self.now_ns, frame.arrival)
        if self.opened_ns is None:
            self._say_before(frame)
            return []
        if frame.kind is FrameKind.TICK:
            return [(track, line.advance(self.now_ns)) for track, line in self.lines.items()]
        if frame.kind is FrameKind.TRACK:
            self._declare(frame)
            return []
        line = self.lines.get(frame.track)
        if line is None or line.ended:
            return []
        outcomes = line.skip(frame.number, frame.arrival) if frame.number > line.number + 1 else []
        handle = self._by_kind.get(frame.kind)
        if handle is not None:
            outcomes += handle(line, frame)
        line.number = max(line.number, frame.number)
        return [(frame.track, outcomes)]

    def _say_before(self, frame: Frame) -> None:
        if frame.kind is FrameKind.END:
            for kind in (FrameKind.TRACK, FrameKind.GATE, FrameKind.SENDER_REPORT):
                self._before.pop((frame.track, kind), None)
        elif frame.kind in (FrameKind.TRACK, FrameKind.GATE, FrameKind.SENDER_REPORT):
            self._before[(frame.track, frame.kind)] = frame

    def _declare(self, frame: Frame) -> None:
        if frame.track not in self.lines:
            self.lines[frame.track] = self._line(unpack_declaration(frame.body, TrackDeclared))

    def _line(self, declared: TrackDeclared, checkpoint: Checkpoint | None = None) -> TrackLine:
        clock = self._clocks.setdefault((declared.participant, declared.connection), SenderClock())
        return TrackLine(declared, self.number, self._origin(), self._segment_ns, clock, checkpoint)

    def _rtp(self, line: TrackLine, frame: Frame) -> list[Outcome]:
        if self.opened_ns is not None and frame.arrival < self.opened_ns:
            return []
        return line.rtp(frame.number, frame.arrival, frame.body)

    def _sender_report(self, line: TrackLine, frame: Frame) -> list[Outcome]:
        return line.sender_report(frame.number, frame.arrival, unpack_sender_report(frame.body))

    def _gate(self, line: TrackLine, frame: Frame) -> list[Outcome]:
        at = max(frame.arrival, self.opened_ns or 0)
        return line.gate(frame.number, at, unpack_declaration(frame.body, GateMoved).reason)

    def _end(self, line: TrackLine, frame: Frame) -> list[Outcome]:
        return line.end(frame.number, frame.arrival)

    def _origin(self) -> int:
        return (self.opened_ns or 0) - self.at_ns


def _said_order(frame: Frame) -> tuple[int, int]:
    return frame.track, frame.number


def _heard(clock: SenderClock) -> int:
    return clock.anchors[-1].at_ns if clock.anchors else 0
