"""What one recording does with its tap: log, cut, mux, store, journal. One task calls ``accept``; lanes do the rest."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from bridge.errors import MalformedPacket
from bridge.ids import TrackId
from bridge.journal import (
    GapReason,
    PartBegan,
    RecordingBegan,
    RecordingEnded,
)
from bridge.media import Moment
from bridge.tap import Frame, FrameKind, Hello, pack_frame, unpack_declaration
from recorder.durable import Durable
from recorder.journal import WHOLE, Journal
from recorder.muxlane import MuxLane
from recorder.news import News
from recorder.nodeclock import NodeClock, next_part_at
from recorder.packetlog import PacketLog
from recorder.part import Part, Step
from recorder.ports import Ports
from recorder.segmenter import FrameWritten, KeyFrameWanted, SegmentBegun
from recorder.spool import PartState, RecordingState, Spool
from recorder.storing import Storing
from recorder.track import SegmentDone

SOFTWARE = "diemcau-recorder"

_log = logging.getLogger(__name__)


class Heard(NamedTuple):
    """What came of one track before START: the proof that the recorder writes."""

    first_ns: int
    last_ns: int
    packets: int


class Writing:
    """``send`` hands bytes to the node, if one is connected. ``news`` is told whenever others could see a change."""

    def __init__(
        self,
        state: RecordingState,
        spool: Spool,
        ports: Ports,
        news: News,
        send: Callable[[bytes], None],
        spool_full: Callable[[bool], None],
    ) -> None:
        self.state = state
        self.part: Part | None = None
        self.seen: dict[int, int] = {}
        self.durable_to: dict[int, int] = {}
        self.heard: dict[int, Heard] = {}
        self.proven: dict[int, Heard] = {}
        self._spool = spool
        self._ports = ports
        self._news = news
        self._send = send
        self.journal = Journal(spool.journal)
        self.durable = Durable(ports.executor, self.journal, self._durable, spool_full)
        self._logs: dict[int, PacketLog] = {}
        self._clock = NodeClock()
        self.storing = Storing(state, spool, ports, news, self.journal, self.durable, self._forget)
        self.mux = MuxLane(ports.executor, lambda key, number: spool.segment_file(*key, number), self.storing.add)

    def lanes(self) -> list[Awaitable[None]]:
        """What has to run beside whoever calls ``accept``."""
        return [self.durable.run(), self.mux.run(), *self.storing.lanes()]

    # ── parts ──────────────────────────────────────────────────────────────────────────────────────────────────

    def adopt(self, part: Part, log: PacketLog) -> None:
        """Go on with this part: a new one, or one found in the spool."""
        self.part = part
        self._clock = NodeClock()
        self._logs[part.number] = log
        self.durable.adopt(part.number, log)
        self.durable_to = log.durable()
        self.seen = dict(self.durable_to)

    async def open_part(self, hello: Hello, age_ns: int) -> None:
        """The node restarted, is another, or the first: all its tracks are new tracks. ``age_ns``: since its moment."""
        if self.part is not None and self.began is None:
            await self._forget_part(self.part)
        at_ns = self._at_of(hello, age_ns)
        number = len(self.state.parts) + 1
        opened = hello.moment if self.began is not None else None
        if self.part is not None:
            self._end_part(self.part, at_ns)
        state = PartState(number, hello.node, hello.moment, opened, at_ns)
        self.state.parts.append(state)
        await self._save()
        self.heard, self.proven = {}, {}
        part = Part(number, self._ports.segment_ns, opened.mono_ns if opened is not None else None, at_ns)
        self.adopt(part, PacketLog(self._spool.part(number)))
        self.say_part(state)

    async def _forget_part(self, part: Part) -> None:
        """The node ordered its probe anew: what the earlier one brought never belonged to the recording."""
        self.part = None
        self.state.parts.clear()
        await self.durable.release(part.number)
        del self._logs[part.number]
        await asyncio.to_thread(self._spool.remove_part, part.number)

    def _end_part(self, part: Part, at_ns: int) -> None:
        if part.opened_ns is not None:
            self.take(part, part.end(part.mono_ns(at_ns), GapReason.NODE_RESTARTED))
            self.state.parts[-1].ended_ns = at_ns

    def _current(self) -> Part:
        if self.part is None:
            raise MalformedPacket("frames of no part")
        return self.part

    @property
    def began(self) -> Moment | None:
        """The moment of START, once it came."""
        return next((part.opened for part in self.state.parts if part.opened is not None), None)

    def _at_of(self, hello: Hello, age_ns: int) -> int:
        """Media time of the moment in which another node run began."""
        began, moment = self.began, hello.moment
        if began is None or self.part is None:
            return 0
        return next_part_at(
            by_wall=moment.utc_ns - began.utc_ns,
            by_mono=self.part.media_ns(moment.mono_ns),
            same_node=hello.node == self.state.parts[-1].node,
            heard=self.part.media_ns(self.part.now_ns),
            now=self.at_ns,
            age=age_ns,
        )

    @property
    def at_ns(self) -> int | None:
        """Media time now, while recording and once the node was heard."""
        node_ns = self._clock.reads(self._ports.clock.mono())
        if self.part is None or self.part.opened_ns is None or node_ns is None:
            return None
        return self.part.media_ns(node_ns)

    def track_id(self, track: int) -> TrackId:
        """The id the node gave this track; empty while it is not declared."""
        declared = self.part.declared(track) if self.part is not None else None
        return declared.track if declared is not None else TrackId("")

    # ── frames ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def accept(self, frames: list[tuple[Frame, bytes]]) -> None:
        """Frames of the current part with their own bytes, in the order of the stream."""
        part = self._current()
        now_ns = self._ports.clock.mono()
        self._ports.rate.add(now_ns, sum(len(raw) for _, raw in frames))
        if frames:
            self._clock.heard(now_ns, frames[-1][0].arrival)
        for frame, raw in frames:
            if frame.number <= self.seen.get(frame.track, 0):
                continue
            if frame.track == 0:
                await self._about_the_stream(part, frame, raw)
            else:
                self._about_a_track(part, frame, raw)
            self.seen[frame.track] = frame.number
        await self.durable.writable()
        await self.mux.has_room()

    def _about_a_track(self, part: Part, frame: Frame, raw: bytes) -> None:
        self._logs[part.number].append(frame.track, frame.number, raw)
        if part.opened_ns is None and frame.kind is FrameKind.RTP:
            heard = self.heard.get(frame.track, Heard(frame.arrival, frame.arrival, 0))
            self.heard[frame.track] = Heard(heard.first_ns, frame.arrival, heard.packets + 1)
        elif self.state.stopped is None:
            self.take(part, part.feed(frame))

    async def _about_the_stream(self, part: Part, frame: Frame, raw: bytes) -> None:
        if frame.kind is FrameKind.START:
            await self._start(part, unpack_declaration(frame.body, Moment))
        elif frame.kind is FrameKind.STOP and self.began is not None and self.state.stopped is None:
            await self.stop(unpack_declaration(frame.body, Moment))
        elif self.state.stopped is None:
            self.take(part, part.feed(frame))
        self._logs[part.number].append(0, frame.number, raw)

    async def _start(self, part: Part, moment: Moment) -> None:
        """What came before leaves the spool; what was said of the tracks stays."""
        if part.opened_ns is not None:
            return
        opened = self.state.parts[-1]
        opened.opened = moment
        await self._save()
        log = self._logs[part.number]
        for track in self.seen:
            if track:
                log.drop(track)
        for said in part.preamble():
            log.append(said.track, said.number, pack_frame(said.kind, said.track, said.number, said.arrival, said.body))
        self.say_begun(moment)
        self.say_part(opened)
        self.take(part, part.begin(moment.mono_ns))

    def say_begun(self, moment: Moment) -> None:
        """First line of the journal."""
        first = self.state.parts[0]
        self.journal.append(
            WHOLE, RecordingBegan(self.state.recording, self.state.order.room, first.node, moment, SOFTWARE)
        )

    def say_part(self, part: PartState) -> None:
        """Once its recording has begun."""
        if part.opened is not None:
            self.journal.append(WHOLE, PartBegan(part.part, part.node, part.opened, part.at_ns))

    async def stop(self, moment: Moment) -> None:
        """STOP: every track ends here."""
        part = self._current()
        self.state.stopped = moment
        await self._save()
        self.take(part, part.end(moment.mono_ns))
        self._news.tell()

    def take(self, part: Part, steps: list[Step]) -> None:
        """Carry out what came of a frame."""
        for track, outcomes in steps:
            key = (part.number, track)
            for outcome in outcomes:
                if isinstance(outcome, FrameWritten | SegmentBegun):
                    self.mux.add(key, outcome)
                elif isinstance(outcome, SegmentDone):
                    self._logs[part.number].rotate(track)
                    self.mux.add(key, outcome)
                elif isinstance(outcome, KeyFrameWanted):
                    self._send(pack_frame(FrameKind.KEY_FRAME, track, 0, 0))
                else:
                    self.journal.append(key, outcome)

    # ── what the lanes tell ────────────────────────────────────────────────────────────────────────────────────

    def _durable(self, part: int, reached: dict[int, int]) -> None:
        if self.part is not None and part == self.part.number:
            self.durable_to.update(reached)
            self._send(b"".join(pack_frame(FrameKind.CONFIRM, track, last, 0) for track, last in reached.items()))
            self.proven = dict(self.heard)
        self._news.tell()

    def _forget(self, part: int, track: int, floor: int) -> None:
        self._logs[part].forget(track, floor)

    # ── the end ────────────────────────────────────────────────────────────────────────────────────────────────

    async def finish(self, stopped: Moment) -> None:
        """After STOP: everything to the store, the journal last. May be repeated after a kill."""
        await self.mux.drained()
        await self.storing.drained()
        if not any(isinstance(entry, RecordingEnded) for _, entry in await asyncio.to_thread(self.journal.read)):
            self.journal.append(WHOLE, RecordingEnded(stopped, self._current().media_ns(stopped.mono_ns)))
            await self.durable.sync()
        await self.storing.store_journal()

    async def _save(self) -> None:
        await asyncio.to_thread(self._spool.save, self.state)
