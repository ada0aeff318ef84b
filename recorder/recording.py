"""One recording: armed → writing ⇄ degraded → finished. One task owns it; the tap and the API send it messages."""

import asyncio
import logging
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeAlias

import msgspec

from bridge.errors import Code, Conflict, MalformedPacket, Unavailable
from bridge.ids import NS_PER_S
from bridge.media import Moment
from bridge.recorder_control import Proof, RecordingStatus, SpoolChanged
from bridge.tap import Frame, FrameKind, Hello, Resume, pack_declaration, pack_frame
from recorder.news import News
from recorder.ports import Ports
from recorder.proof import prove
from recorder.recovery import recover
from recorder.spool import RecordingState, Spool
from recorder.writing import Writing

ANSWER_S = 8.0
FINISH_S = 30.0
ABANDONED_S = 20.0
"""The node's ``replay_seconds``: a node that stays away longer has nothing left to hand over."""

ALONE_S = 4 * 3600.0
"""Nobody asked for its end and no node came back: a recording does not stay open for ever."""

TAKEN_BACK_S = 30.0
"""A start that is not stored is taken back within the 10 s that the database is given; no segment is stored by then."""

LOOK_S = 60.0
FIRST_AGAIN_S = 0.5
LAST_AGAIN_S = 15.0
DISK_AGAIN_S = 1.0
MAX_WAITING_CHUNKS = 32
"""Chunks of 64 KiB read from the tap and not accepted yet; then the tap is not read on, and the node keeps them."""

_log = logging.getLogger(__name__)


class State(StrEnum):
    """``RecordingStatus.state``."""

    ARMED = "armed"
    WRITING = "writing"
    DEGRADED = "degraded"
    FINISHED = "finished"


class Line(Protocol):
    """A connected node."""

    def send(self, content: bytes) -> None: ...

    def close(self) -> None: ...


class Figures(msgspec.Struct, frozen=True):
    """``GET /stats``: one recording in numbers. ``malformed``: packets and frames dropped; ``duplicates``: repaired
    twice; ``waiting_bytes``: stored nowhere but in the spool."""

    status: RecordingStatus
    connected: bool
    tracks: int
    malformed: int
    duplicates: int
    waiting_bytes: int


class Opened(NamedTuple):
    """A node said HELLO. ``age_ns``: since its tap began, by its own clock."""

    line: Line
    hello: Hello
    age_ns: int = 0


class Received(NamedTuple):
    """Frames of this line, with their own bytes."""

    line: Line
    frames: list[tuple[Frame, bytes]]


Message: TypeAlias = Opened | Received


class Recording:
    """``run`` is its task. Everything else may be called from the API's handlers."""

    def __init__(self, state: RecordingState, spool: Spool, ports: Ports) -> None:
        self.state = state
        self.inbox: asyncio.Queue[Message] = asyncio.Queue(MAX_WAITING_CHUNKS)
        self.news = News()
        self._spool = spool
        self._ports = ports
        self._line: Line | None = None
        """Where to answer; gone with its connection."""
        self._reading: Line | None = None
        """Whose frames are taken: what it sent before it went still counts."""
        self._line_gone_ns = ports.clock.mono()
        self._writing: Writing | None = None
        self._is_full = False
        self._is_over = False

    # ── its task ───────────────────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> None:
        """Until everything is stored. What goes wrong here begins again from the spool and disturbs no other."""
        pause_s = FIRST_AGAIN_S
        try:
            while self.state.journal is None:
                try:
                    await self._live()
                except OSError as error:
                    _log.error("recording %s begins again from its spool: %s", self.state.recording, error)
                    self._spool_full(True)
                except Exception:  # noqa: BLE001 - whatever it is, the packets are in the spool and must not stay there
                    _log.exception("recording %s begins again from its spool", self.state.recording)
                finally:
                    self._drop_line()
                    self._reading = self._writing = None
                if self.state.journal is None:
                    # A disk that was full may have room at any moment, and until then packets are lost at the node.
                    await asyncio.sleep(min(pause_s, DISK_AGAIN_S) if self._is_full else pause_s)
                    pause_s = min(2 * pause_s, LAST_AGAIN_S)
        finally:
            self._is_over = True
            await self._let_go()

    async def hand_in(self, message: Message) -> bool:
        """Give the task a message, waiting while it has too many; False once it is over."""
        if not self._is_over:
            await self.inbox.put(message)
        return not self._is_over

    async def _let_go(self) -> None:
        """Whoever waits to hand something in is told that it is over."""
        while not self.inbox.empty():
            message = self.inbox.get_nowait()
            message.line.close()
            await asyncio.sleep(0)

    async def _live(self) -> None:
        self.state.segments = self.state.stored_bytes = 0
        writing = Writing(self.state, self._spool, self._ports, self.news, self._send, self._spool_full)
        await recover(writing, self._spool, self._ports.segment_ns)
        self._writing = writing
        self.news.tell()
        finishing = asyncio.ensure_future(self._finish(writing))
        others = [asyncio.ensure_future(lane) for lane in (self._serve(writing), *writing.lanes())]
        try:
            await asyncio.wait([finishing, *others], return_when=asyncio.FIRST_COMPLETED)
        finally:
            tasks = [finishing, *others]
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def _finish(self, writing: Writing) -> None:
        while (stopped := self.state.stopped) is None:
            if not await self.news.until(lambda: self.state.stopped is not None, LOOK_S):
                await self._end_abandoned(ALONE_S)
        await writing.finish(stopped)

    async def _serve(self, writing: Writing) -> None:
        while True:
            message = await self.inbox.get()
            try:
                await self._on_message(writing, message)
            except MalformedPacket as error:
                _log.warning("tap of recording %s: %s", self.state.recording, error)
                message.line.close()

    async def _on_message(self, writing: Writing, message: Message) -> None:
        match message:
            case Opened(line, hello, age_ns):
                await self._open(writing, line, hello, age_ns)
            case Received(line, frames):
                if line is self._reading:
                    await writing.accept(frames)

    async def _open(self, writing: Writing, line: Line, hello: Hello, age_ns: int) -> None:
        known = [(part.node, part.hello) for part in self.state.parts]
        who = (hello.node, hello.moment)
        # Nothing follows a STOP: a node that begins anew then must not believe that it is recorded.
        is_late = self.state.stopped is not None and who not in known
        if hello.room != self.state.order.room or who in known[:-1] or is_late:
            line.close()
            return
        self._drop_line()
        if who not in known:
            await writing.open_part(hello, age_ns)
        self._line = self._reading = line
        durable = {str(track): number for track, number in writing.durable_to.items()}
        line.send(pack_frame(FrameKind.RESUME, 0, 0, 0, pack_declaration(Resume(durable))))
        self.news.tell()

    def gone(self, line: Line) -> None:
        """The line is gone; said without waiting, also when the inbox is full."""
        if line is self._line:
            self._line, self._line_gone_ns = None, self._ports.clock.mono()

    def _send(self, content: bytes) -> None:
        if self._line is not None:
            self._line.send(content)

    def _drop_line(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            self._line_gone_ns = self._ports.clock.mono()
            line.close()

    # ── what the API asks ──────────────────────────────────────────────────────────────────────────────────────

    @property
    def status(self) -> RecordingStatus:
        """Where it stands."""
        state = self.state
        at_ns = self._writing.at_ns if self._writing is not None and state.stopped is None else None
        return RecordingStatus(state.recording, self._state(), state.segments, state.stored_bytes, state.journal, at_ns)

    @property
    def figures(self) -> Figures:
        """For operators."""
        writing = self._writing
        if writing is None:
            return Figures(self.status, False, 0, 0, 0, 0)
        lines = writing.part.lines.values() if writing.part is not None else ()
        malformed = sum(line.malformed for line in lines) + (writing.part.malformed if writing.part is not None else 0)
        duplicates = sum(line.duplicates for line in lines)
        waiting = writing.storing.uploads.waiting_bytes
        return Figures(self.status, self._line is not None, len(lines), malformed, duplicates, waiting)

    def _state(self) -> State:
        if self.state.journal is not None:
            return State.FINISHED
        writing = self._writing
        if writing is None or writing.began is None:
            return State.ARMED
        late = self._is_full or not writing.storing.uploads.available
        return State.DEGRADED if late else State.WRITING

    def _spool_full(self, full: bool) -> None:
        if full is not self._is_full:
            self._is_full = full
            self._ports.events.publish(SpoolChanged(self.state.recording, "full" if full else "healthy"))

    async def prove(self) -> Proof:
        """Raises Unavailable(central_point_silent | recorder_not_writing)."""
        return await prove(self.state, lambda: self._writing, self._ports, self.news)

    async def started(self) -> RecordingStatus:
        """Once START is durable. Raises Unavailable(recorder_not_writing)."""
        if not await self.news.until(self._has_begun, ANSWER_S):
            raise Unavailable(Code.RECORDER_NOT_WRITING, "START did not come")
        if self._writing is not None:
            await self._writing.durable.sync()
        return self.status

    def _has_begun(self) -> bool:
        return self._writing is not None and self._writing.began is not None

    async def finished(self) -> RecordingStatus:
        """Once STOP came and everything is stored. Raises Unavailable(objects_unavailable | recorder_not_writing)."""
        await self.taken_up()
        if not self._has_begun() and self.state.journal is None:
            raise Conflict(Code.ILLEGAL_TRANSITION, "the recording never began")
        await self._end_abandoned(ABANDONED_S)
        if await self.news.until(lambda: self.state.journal is not None, FINISH_S):
            return self.status
        await self._end_abandoned(ABANDONED_S)
        code = Code.RECORDER_NOT_WRITING if self.state.stopped is None else Code.OBJECTS_UNAVAILABLE
        raise Unavailable(code, "not everything is stored yet; ask again")

    async def _end_abandoned(self, after_s: float) -> None:
        """No STOP will come from a node that stays away: the recording ends with the last that was heard of it."""
        writing = self._writing
        away_s = (self._ports.clock.mono() - self._line_gone_ns) / NS_PER_S
        if self.state.stopped is not None or self._line is not None or away_s < after_s:
            return
        if writing is None or writing.part is None or writing.began is None:
            return
        mono_ns = writing.part.now_ns
        await writing.stop(Moment(mono_ns, writing.began.utc_ns + writing.part.media_ns(mono_ns)))

    async def taken_up(self) -> None:
        """Wait until its task has read the spool: a thread that still works there must not find it gone."""
        await self.news.until(lambda: self._writing is not None or self._is_over, ANSWER_S)

    def check_forgettable(self) -> None:
        """Only what never began may be forgotten, or began so lately that its start may still be taken back, as long as
        nothing of it is in the store. Raises Conflict."""
        at_ns = self._writing.at_ns if self._writing is not None else None
        is_fresh = at_ns is not None and at_ns < TAKEN_BACK_S * NS_PER_S and not self.state.segments
        if self.state.journal is not None or self.state.stopped is not None or (self._has_begun() and not is_fresh):
            raise Conflict(Code.ILLEGAL_TRANSITION, "the recording has begun")
