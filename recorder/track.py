"""One track of a tap from its frames to cuts: reorder → depacketise → timeline → segmenter. A pure core.

What it does depends only on the frames and their arrival times on the node's clock, never on the recorder's own clock:
a restarted recorder that replays the same log from a checkpoint makes the same segments again.
"""

from typing import TypeAlias

import msgspec

from bridge.errors import MalformedPacket
from bridge.ids import NS_PER_S
from bridge.journal import (
    ClockAnchored,
    Entry,
    GapDeclared,
    GapReason,
    SilenceDeclared,
    TrackBegan,
    TrackEnded,
)
from bridge.media import GateReason, Kind
from bridge.tap import SenderReport, TrackDeclared
from recorder.depacketise import depacketiser, starts_key_frame
from recorder.frames import Frame
from recorder.pauses import Pace
from recorder.reorder import Arrived, Hole, Reorder
from recorder.rtp import RtpPacket, parse_rtp
from recorder.segmenter import (
    KEY_FRAME_ASK_NS,
    Cut,
    FrameWritten,
    KeyFrameWanted,
    SegmentBegun,
    SegmentEnded,
    Segmenter,
    SegmenterState,
)
from recorder.timeline import SenderClock, TrackTime

REPAIR_NS = {Kind.AUDIO: NS_PER_S, Kind.VIDEO: 2 * NS_PER_S}
"""How long the node goes on asking a publisher for a lost packet; what has not come by then does not come."""


HOPE_NS = 400_000_000
"""A packet missing for longer will hardly come: the key frame behind it is asked for while it is still waited for."""

HOLD_NS = 4 * NS_PER_S
"""How long the first sender report is waited for. libwebrtc sends it within 2.5 s for sound, 1 s for pictures."""


class Checkpoint(msgspec.Struct):
    """A track's state right behind an ended segment: with the log from ``floor`` on, everything after is made again.

    ``floor``: the least tap number still needed. ``control``: the last frame that is not RTP and is already done.
    ``entries``: how many journal entries of this track came before.
    """

    declared: TrackDeclared
    segment: int
    floor: int
    control: int
    entries: int
    expected: int | None
    ssrc: int
    began: bool
    parameters: list[bytes]
    time: TrackTime
    clock: SenderClock
    segmenter: SegmenterState


class SegmentDone(msgspec.Struct, frozen=True):
    """A segment is complete, and where to go on after it."""

    ended: SegmentEnded
    checkpoint: Checkpoint


Outcome: TypeAlias = SegmentBegun | FrameWritten | SegmentDone | KeyFrameWanted | Entry

_ENTRIES = (TrackBegan, TrackEnded, GapDeclared, SilenceDeclared, ClockAnchored)


class TrackLine:
    """``origin_ns``: media time = node's clock - this. ``clock``: shared by the tracks of one uplink connection."""

    def __init__(
        self,
        declared: TrackDeclared,
        part: int,
        origin_ns: int,
        segment_ns: int,
        clock: SenderClock,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        self.declared = declared
        self.clock = clock
        self.malformed = 0
        self.ended = False
        self._part = part
        self._origin_ns = origin_ns
        kept = checkpoint
        self._control = kept.control if kept else 0
        self._entries = kept.entries if kept else 0
        self._began = kept.began if kept else False
        self._ssrc = kept.ssrc if kept else None
        self.number = kept.floor - 1 if kept else 0
        """The last tap number that is done with; 0 while there is none."""
        self._since: int | None = None
        self._key_seen = self._key_behind = False
        self._video = declared.source.kind is Kind.VIDEO
        self._asked: int | None = None
        self._time = kept.time if kept else TrackTime(declared.clock_rate)
        self._pace = Pace(declared.clock_rate)
        self._window_ns = REPAIR_NS[declared.source.kind]
        self._reorder = Reorder(self._window_ns, kept.expected if kept else None)
        self._frames = depacketiser(declared.codec, kept.parameters if kept else ())
        state = kept.segmenter if kept else SegmenterState()
        self._segmenter = Segmenter(declared.track, declared.source, declared.codec, segment_ns, state)

    @property
    def duplicates(self) -> int:
        """Packets that had come before."""
        return self._reorder.duplicates

    def rtp(self, number: int, arrival: int, body: bytes) -> list[Outcome]:
        """An RTP packet. A malformed one is counted and otherwise taken for missing."""
        try:
            packet = parse_rtp(body)
        except MalformedPacket:
            self.malformed += 1
            return []
        if packet.payload_type != self.declared.payload_type:
            packet = packet._replace(payload=b"")
        outcomes: list[Outcome] = []
        if packet.ssrc != self._ssrc:
            outcomes += self._new_numbering(packet.ssrc, arrival)
        self._reorder.put(number, arrival, packet)
        if self._since is None:
            self._since = arrival
        self._pace.packet(packet.timestamp, arrival)
        if self._is_held(arrival):
            outcomes += self._ask_while_held(packet, arrival)
        else:
            self._drain(arrival, outcomes)
            outcomes += self._ask_behind_a_hole(packet, arrival)
        return outcomes

    def advance(self, now: int) -> list[Outcome]:
        """Time went on: holes that waited long enough are given up."""
        outcomes: list[Outcome] = []
        if not self._is_held(now):
            self._drain(now, outcomes)
        return outcomes

    def sender_report(self, number: int, arrival: int, report: SenderReport) -> list[Outcome]:
        """Ties the sender's clock to the node's."""
        if self._is_done(number):
            return []
        moved = self._time.learn(arrival, report.rtp, report.ntp, report.rtt_ns, self.clock)
        self._pace.settle()
        outcomes: list[Outcome] = []
        if moved is not None:
            who = (self.declared.participant, self.declared.connection)
            at = arrival - self._origin_ns
            outcomes += self._told([ClockAnchored(*who, at, moved.offset_ns, moved.jumped)])
        self._drain(arrival, outcomes)
        return outcomes

    def gate(self, number: int, arrival: int, reason: GateReason | None) -> list[Outcome]:
        """The track is closed, or open again. The node lets nothing through behind a closed gate: wait for nothing."""
        if number <= self._control:
            return []
        outcomes: list[Outcome] = []
        self._drain(arrival, outcomes, closing=True)
        at = arrival - self._origin_ns
        cuts = self._segmenter.open_gate(at) if reason is None else self._segmenter.close_gate(reason, at)
        outcomes += self._outcomes(cuts)
        self._restart_numbering()  # what was sent behind the gate is missing, and was not lost
        self._is_done(number)
        return outcomes

    def skip(self, number: int, arrival: int) -> list[Outcome]:
        """The next frame is ``number``, and those since the last are missing: the node could not keep them for us.
        (It says so with LOST as well, but behind the frames it still had.)"""
        if not self.number:
            return []
        outcomes: list[Outcome] = []
        self._drain(arrival, outcomes, closing=True)
        self._restart_numbering()
        missing, self.number = number - self.number - 1, number - 1
        outcomes += self._outcomes(self._segmenter.hole(missing, GapReason.RECORDER_AWAY, arrival - self._origin_ns))
        return outcomes

    def end(self, number: int | None, arrival: int, reason: GapReason = GapReason.SENDER_STALLED) -> list[Outcome]:
        """The track ended, or (without a tap number) its recording stopped or its node restarted (``reason``)."""
        if self.ended:
            return []
        outcomes: list[Outcome] = []
        self._drain(arrival, outcomes, closing=True)
        outcomes += self._outcomes(self._segmenter.end(arrival - self._origin_ns, reason))
        if number is not None:
            self._is_done(number)
        self.ended = True
        return outcomes

    def _is_done(self, number: int) -> bool:
        """Note a frame that is not RTP; True when it was noted before."""
        if number <= self._control:
            return True
        self._control = number
        return False

    def _is_held(self, now: int) -> bool:
        """Packets wait for a sender report: for the first, because placed by their arrival they would move when it
        comes, and after a pause that does not show in their timestamps."""
        if self._time.report is None and self._since is not None and now - self._since < HOLD_NS:
            return True
        return self._pace.is_doubtful(now)

    def _ask_while_held(self, packet: RtpPacket, arrival: int) -> list[Outcome]:
        """A missing first key frame is asked for at once, not when the packets are looked at."""
        self._key_seen = self._key_seen or starts_key_frame(self.declared.codec, packet.payload)
        return [] if self._key_seen else self._ask(arrival)

    def _ask_behind_a_hole(self, packet: RtpPacket, arrival: int) -> list[Outcome]:
        """A key frame that begins behind the hole is what will be needed; then nothing more is asked for."""
        age = self._reorder.hole_age(arrival)
        if not age:
            self._key_behind = False
        elif starts_key_frame(self.declared.codec, packet.payload):
            self._key_behind = True
        elif age > HOPE_NS and not self._key_behind:
            return self._ask(arrival)
        return []

    def _ask(self, arrival: int) -> list[Outcome]:
        if not self._video or (self._asked is not None and arrival - self._asked < KEY_FRAME_ASK_NS):
            return []
        self._asked = arrival
        return [KeyFrameWanted()]

    def _begin(self, timestamp: int, arrival: int) -> list[Outcome]:
        self._began = True
        declared = self.declared
        at = self._time.place(timestamp, arrival, self.clock) - self._origin_ns
        self._segmenter.first_packet(at)
        who = (declared.track, declared.participant, declared.connection, self._part)
        return self._told([TrackBegan(*who, declared.source, declared.codec, declared.clock_rate, at)])

    def _new_numbering(self, ssrc: int, arrival: int) -> list[Outcome]:
        """Another SSRC: sequence numbers and timestamps begin anew."""
        outcomes: list[Outcome] = []
        known, self._ssrc = self._ssrc, ssrc
        if known is None:
            return outcomes
        self._drain(arrival, outcomes, closing=True)
        self._restart_numbering()
        self._time.forget()
        self._pace.settle()
        self._since = None
        outcomes += self._outcomes(self._segmenter.hole(0, GapReason.LOSS, arrival - self._origin_ns))
        return outcomes

    def _restart_numbering(self) -> None:
        duplicates = self._reorder.duplicates
        self._reorder = Reorder(self._window_ns)
        self._reorder.duplicates = duplicates
        self._frames.reset()

    def _drain(self, now: int, outcomes: list[Outcome], *, closing: bool = False) -> None:
        """Take what the reorder window gives, one at a time: a checkpoint in between must see the rest as pending."""
        lag_ns = self._pace.conclude(now, closing=closing)
        if lag_ns:
            self._time.shift(lag_ns)
        while (item := self._reorder.take(now, closing=closing)) is not None:
            if isinstance(item, Hole):
                self._frames.reset()
                outcomes += self._outcomes(self._segmenter.hole(item.missing, GapReason.LOSS, now - self._origin_ns))
            else:
                if not self._began:
                    outcomes += self._begin(item.packet.timestamp, item.arrival)
                self._packet(item, outcomes)

    def _packet(self, arrived: Arrived, outcomes: list[Outcome]) -> None:
        try:
            frames = self._frames.push(arrived)
        except MalformedPacket:
            self.malformed += 1
            self._frames.reset()
            at = arrived.arrival - self._origin_ns
            outcomes += self._outcomes(self._segmenter.hole(1, GapReason.LOSS, at))
            return
        for frame in frames:
            outcomes += self._frame(frame)

    def _frame(self, frame: Frame) -> list[Outcome]:
        placed = self._time.place(frame.timestamp, frame.arrival, self.clock)
        duration_ns = frame.duration * NS_PER_S // self.declared.clock_rate
        origin = self._origin_ns
        cuts = self._segmenter.frame(frame, placed - origin, frame.arrived - origin, duration_ns)
        return self._outcomes(cuts, frame)

    def _outcomes(self, cuts: list[Cut], cause: Frame | None = None) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for cut in cuts:
            if isinstance(cut, SegmentEnded):
                outcomes.append(SegmentDone(cut, self._checkpoint(cut, cause)))
            else:
                outcomes.append(cut)
                self._entries += isinstance(cut, _ENTRIES)
        return outcomes

    def _told(self, entries: list[Outcome]) -> list[Outcome]:
        self._entries += len(entries)
        return entries

    def _checkpoint(self, ended: SegmentEnded, cause: Frame | None) -> Checkpoint:
        needed = [self.number + 1, self._reorder.least_number(), self._frames.least_number()]
        expected = self._reorder.expected
        if cause is not None:
            needed.append(cause.number)
            expected = cause.first
        state = Checkpoint(
            declared=self.declared,
            segment=ended.number,
            floor=min(number for number in needed if number is not None),
            control=self._control,
            entries=self._entries,
            expected=expected,
            ssrc=self._ssrc or 0,
            began=self._began,
            parameters=self._frames.parameters(),
            time=self._time,
            clock=self.clock,
            segmenter=ended.after,
        )
        return msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=Checkpoint)
