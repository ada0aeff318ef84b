"""Cuts one track into segments and declares what is missing between them.

A pure core: placed frames, holes and gates in; files to begin, write and end, and journal entries, out. All times are
``MediaNs``. Rules (a *hole* is what the listener or viewer would miss though the track was open):

* a video segment begins at a key frame; any Opus packet may begin an audio segment,
* a new segment after a minute, when the picture changes its shape, after a pause, after a hole in video, after a long
  hole in audio (a short one stays in its segment as a jump of timestamps: time is never squeezed),
* every hole is declared as a gap, every closed gate as silence, and nothing else is.
"""

from typing import TypeAlias

import msgspec

from bridge.ids import NS_PER_S, TrackId
from bridge.journal import GapDeclared, GapReason, SilenceDeclared, TrackEnded
from bridge.media import Codec, GateReason, Source
from recorder.frames import Frame

STALL_NS = 200_000_000
"""Nothing for longer than this from an open track is a hole."""

DTX_STALL_NS = NS_PER_S
"""An Opus sender in discontinuous transmission speaks every 400 ms; two missed and a little more is a hole."""

AUDIO_CUT_NS = NS_PER_S
"""A hole in audio longer than this ends the segment."""

FIRST_INTERVAL_NS = 33_000_000
KEY_FRAME_ASK_NS = 500_000_000
"""A missing key frame is asked for at most this often."""


class SegmentBegun(msgspec.Struct, frozen=True):
    """A file is to be opened; its first frame follows, and ``shape`` is that frame's."""

    number: int
    codec: Codec
    width: int
    height: int
    start_ns: int
    shape: bytes = b""


class FrameWritten(msgspec.Struct, frozen=True):
    """One frame of the open segment, ``at_ns`` after the segment's start."""

    number: int
    at_ns: int
    body: bytes
    key: bool


class SegmentEnded(msgspec.Struct, frozen=True):
    """The open file is complete. ``after``: the segmenter's state behind it, for a checkpoint."""

    number: int
    codec: Codec
    width: int
    height: int
    frames: int
    start_ns: int
    end_ns: int
    arrival_start_ns: int
    arrival_end_ns: int
    after: "SegmenterState"


class KeyFrameWanted(msgspec.Struct, frozen=True):
    """Nothing of this track can be written (on) until its sender makes a key frame."""


Cut: TypeAlias = (
    SegmentBegun | FrameWritten | SegmentEnded | KeyFrameWanted | GapDeclared | SilenceDeclared | TrackEnded
)


class Open(msgspec.Struct):
    """The segment being written."""

    start_ns: int
    width: int
    height: int
    shape: bytes
    arrival_start_ns: int
    arrival_end_ns: int
    frames: int = 0


class Missing(msgspec.Struct):
    """A hole whose end is not known yet."""

    start_ns: int
    reason: GapReason
    packets: int


class SegmenterState(msgspec.Struct):
    """Everything the segmenter knows; plain, so that a checkpoint can carry it."""

    number: int = 1
    open: Open | None = None
    shape: bytes = b""
    last_ns: int | None = None
    end_ns: int | None = None
    """Up to where the track is accounted for: end of its last frame, of a gap, or of silence."""
    interval_ns: int = FIRST_INTERVAL_NS
    missing: Missing | None = None
    gate: GateReason | None = None
    gate_ns: int = 0
    dtx: bool = False
    asked_ns: int | None = None
    fresh: bool = True
    """The next segment begins anew whatever came before (track start, pause, hole)."""


class Segmenter:
    """One track. ``segment_ns``: how long a segment should be."""

    def __init__(self, track: TrackId, source: Source, codec: Codec, segment_ns: int, state: SegmenterState) -> None:
        self.state = state
        self._track = track
        self._video = codec is not Codec.OPUS
        self._still = source is Source.SCREEN
        self._codec = codec
        self._segment_ns = segment_ns

    def first_packet(self, at_ns: int) -> None:
        """The track's first packet: whatever cannot be decoded from here to the first key frame is a gap."""
        if self.state.end_ns is None and self._video:
            self.state.missing = Missing(at_ns, GapReason.NO_KEY_FRAME, 0)
        if self.state.end_ns is None:
            self.state.end_ns = at_ns

    def frame(self, frame: Frame, placed_ns: int, arrival_ns: int, duration_ns: int) -> list[Cut]:
        """A frame, in order; ``placed_ns`` from the timeline, ``arrival_ns`` of its last packet, both media time."""
        state = self.state
        if state.gate is not None:
            return []
        at = placed_ns if state.last_ns is None else max(placed_ns, state.last_ns + 1)
        if self._video and state.fresh and not frame.key:
            return self._undecodable(at, frame.packets)
        gap = self._gap_before(at)
        new_file = self._needs_new_file(frame, at, gap)
        cuts: list[Cut] = []
        if new_file:
            cuts += self._end(at if gap is None else None)
        state.missing = None
        if gap is not None:
            cuts.append(gap)
        opened = state.open
        if opened is None:
            opened = self._open_at(frame, at, arrival_ns)
            cuts.append(SegmentBegun(state.number, self._codec, frame.width, frame.height, at, frame.shape))
        self._note(opened, frame, at, arrival_ns, duration_ns)
        cuts.append(FrameWritten(state.number, at - opened.start_ns, frame.body, frame.key))
        if self._video and at - opened.start_ns >= self._segment_ns:
            cuts += self._ask(at)
        return cuts

    def hole(self, missing: int, reason: GapReason, now_ns: int) -> list[Cut]:
        """Packets are missing before the next frame (0: a new numbering began)."""
        state = self.state
        if state.gate is not None or state.end_ns is None:
            return []
        if state.missing is None:
            state.missing = Missing(state.end_ns, reason, missing)
        else:
            state.missing.packets += missing
            if state.missing.reason is GapReason.NO_KEY_FRAME and missing:
                state.missing.reason = reason
        if not self._video:
            return []
        asked = self._ask(now_ns)
        return self._end() + asked

    def close_gate(self, reason: GateReason, at_ns: int) -> list[Cut]:
        """Muted, camera off or paused from here on. Another reason for a closed gate is another silence."""
        state = self.state
        if state.gate is reason:
            return []
        cuts = self._end_by(at_ns)
        cuts += self.open_gate(at_ns) if state.gate is not None else self._up_to(at_ns)
        state.gate, state.gate_ns = reason, at_ns
        return cuts

    def open_gate(self, at_ns: int) -> list[Cut]:
        """The track may be heard or seen again."""
        state = self.state
        if state.gate is None:
            return []
        silence = SilenceDeclared(self._track, state.gate_ns, max(at_ns, state.gate_ns), state.gate)
        state.gate = None
        state.end_ns = silence.end_ns
        state.dtx = False
        return [silence]

    def end(self, at_ns: int, reason: GapReason = GapReason.SENDER_STALLED) -> list[Cut]:
        """The track is over at ``at_ns``; ``reason`` for what was missing before it, when nothing better is known."""
        state = self.state
        last = state.last_ns if state.last_ns is not None else state.end_ns
        cuts = self._end_by(at_ns)
        cuts += self.open_gate(at_ns) if state.gate is not None else self._up_to(at_ns, reason)
        if last is not None:
            cuts.append(TrackEnded(self._track, last))
        return cuts

    def _undecodable(self, at: int, packets: int) -> list[Cut]:
        """A frame that needs one that was never written."""
        state = self.state
        cuts: list[Cut] = []
        if state.missing is None:
            stalled = self._stall(at)
            if stalled is not None:
                cuts.append(stalled)
                state.end_ns = at
            state.missing = Missing(state.end_ns if state.end_ns is not None else at, GapReason.NO_KEY_FRAME, 0)
        if state.missing.reason is GapReason.NO_KEY_FRAME:
            state.missing.packets += packets
        return cuts + self._ask(at)

    def _gap_before(self, at: int, reason: GapReason = GapReason.SENDER_STALLED) -> GapDeclared | None:
        """What has to be declared between the track's last moment and ``at``."""
        missing = self.state.missing
        if missing is None:
            return self._stall(at, reason)
        if at <= missing.start_ns and not missing.packets:
            return None
        return GapDeclared(self._track, min(missing.start_ns, at), at, missing.reason, missing.packets)

    def _stall(self, at: int, reason: GapReason = GapReason.SENDER_STALLED) -> GapDeclared | None:
        """Nothing came for too long before ``at``, though the track was open and no packet is known to be missing.
        With another ``reason`` it is known why, and how long does not matter."""
        state = self.state
        if state.end_ns is None:
            return None
        if reason is GapReason.SENDER_STALLED:
            since = state.end_ns - state.interval_ns
            if self._still or at - since <= (DTX_STALL_NS if state.dtx else STALL_NS):
                return None
        return GapDeclared(self._track, min(state.end_ns, at), at, reason, 0)

    def _up_to(self, at: int, reason: GapReason = GapReason.SENDER_STALLED) -> list[Cut]:
        """Account for the time up to ``at``, where the track's gate closes or the track ends."""
        gap = self._gap_before(at, reason)
        self.state.missing = None
        return [gap] if gap is not None else []

    def _needs_new_file(self, frame: Frame, at: int, gap: GapDeclared | None) -> bool:
        opened = self.state.open
        if opened is None:
            return True
        if not self._video:
            long_hole = gap is not None and gap.end_ns - gap.start_ns > AUDIO_CUT_NS
            return long_hole or at - opened.start_ns >= self._segment_ns
        if not frame.key:
            return False
        changed = (frame.width, frame.height, frame.shape) != (opened.width, opened.height, opened.shape)
        return changed or at - opened.start_ns >= self._segment_ns

    def _open_at(self, frame: Frame, at: int, arrival_ns: int) -> Open:
        opened = Open(at, frame.width, frame.height, frame.shape, arrival_ns, arrival_ns)
        self.state.open = opened
        self.state.fresh = False
        return opened

    def _note(self, opened: Open, frame: Frame, at: int, arrival_ns: int, duration_ns: int) -> None:
        state = self.state
        if not self._video:
            state.interval_ns = duration_ns
        elif state.last_ns is not None and at - state.last_ns <= STALL_NS:
            state.interval_ns = at - state.last_ns
        opened.frames += 1
        opened.arrival_end_ns = max(opened.arrival_end_ns, arrival_ns)
        state.last_ns = at
        state.end_ns = at + state.interval_ns
        state.dtx = frame.silent

    def _end_by(self, at_ns: int) -> list[Cut]:
        """End the open segment; nothing of its last frame is heard or seen after ``at_ns``."""
        state = self.state
        if state.end_ns is not None and state.last_ns is not None:
            state.end_ns = max(state.last_ns, min(state.end_ns, at_ns))
        return self._end()

    def _end(self, until_ns: int | None = None) -> list[Cut]:
        """End the open segment, if there is one; its last frame lasts until ``until_ns`` when the next follows it.

        Always the first cut of its cause: what a cause makes after it is made again when a restart replays it.
        """
        state = self.state
        state.fresh = True
        opened, state.open = state.open, None
        if opened is None or state.end_ns is None:
            return []
        number = state.number
        state.number += 1
        end_ns = state.end_ns if until_ns is None else until_ns
        times = (opened.start_ns, end_ns, opened.arrival_start_ns, opened.arrival_end_ns)
        size = (opened.width, opened.height)
        after = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=SegmenterState)
        return [SegmentEnded(number, self._codec, *size, opened.frames, *times, after)]

    def _ask(self, now_ns: int) -> list[Cut]:
        asked = self.state.asked_ns
        if asked is not None and now_ns - asked < KEY_FRAME_ASK_NS:
            return []
        self.state.asked_ns = now_ns
        return [KeyFrameWanted()]
