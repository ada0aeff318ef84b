"""The tap of one room: copies what was accepted to the recorder, and never slows forwarding."""

import asyncio
from itertools import count

from bridge.control import TapChanged, TapFigures, TapOrder
from bridge.errors import MalformedPacket
from bridge.ids import NS_PER_MS, NS_PER_S, ParticipantId, RecordingId, RoomId
from bridge.media import GateReason, Moment
from bridge.tap import (
    Frame,
    FrameKind,
    FrameReader,
    GateMoved,
    Hello,
    Resume,
    SenderReport,
    pack_declaration,
    pack_frame,
    pack_sender_report,
    unpack_declaration,
)
from sfu.core.seam import SenderReported, UpId
from sfu.peers.ground import Ground
from sfu.peers.tracks import PublishedTrack
from sfu.replay import Replay, durable_of
from sfu.tapline import connect, has_vanished

_VERSION = 1
_BEAT_S = 0.25
_BEATS_PER_TICK = 4
_CHUNK = 256 * 1024
_GATHER_S = 0.05
"""Packets go in groups: one call to the kernel and one wake of the recorder for all of them."""
_DEGRADED_NS = 2 * NS_PER_S
"""Not confirmed for 2 s: written late, nothing lost."""
_CONNECT_S = 5.0
_BACKOFF_S = (0.1, 0.2, 0.5, 1.0)
"""A recorder that was killed is back within a second or two; nobody else waits on this."""
_REFUSALS = 3
"""One that hangs up on HELLO so often in a row was not just killed: it does not want this recording, because it has
ended or is forgotten."""


class _TapTrack:
    """One track's way into the replay."""

    __slots__ = ("number", "reason", "since_ns", "tap")

    def __init__(self, tap: "RoomTap", number: int) -> None:
        self.tap = tap
        self.number = number
        self.reason: GateReason | None = None
        self.since_ns = 0
        """When its gate moved last. What the kernel received before and the node reads now belongs after it."""

    def rtp(self, arrival_ns: int, packet: bytes) -> None:
        """An accepted packet, for each of a recorded room."""
        self.tap.add(FrameKind.RTP, self.number, max(arrival_ns, self.since_ns, self.tap.began_ns), packet)


class RoomTap:
    """One recording's stream. :meth:`start` once; after :meth:`stop` it delivers what is left and ends by itself."""

    def __init__(self, ground: Ground, room: RoomId, order: TapOrder) -> None:
        self.recording: RecordingId = order.recording_id
        self.begun = False
        self.began_ns = 0
        """START: no packet after it is told to have come before."""
        self.state = ""
        self._ground = ground
        self._room = room
        self._order = order
        self._stopped_ns: int | None = None
        self._tracks: dict[UpId, _TapTrack] = {}
        self._numbers = count(1)
        self._keep_ns = int(ground.config.replay_seconds * NS_PER_S)
        self._replay = Replay(self._keep_ns, ground.config.replay_bytes)
        self._wake = asyncio.Event()
        self._hello = b""
        self._refusals = 0

    # ── what the room says ───────────────────────────────────────────────────────────────────────────────────

    def start(self, moment: Moment) -> None:
        """Connect, and stay connected."""
        hello = Hello(_VERSION, self._ground.config.node, self._room, self.recording, moment)
        self._hello = pack_declaration(hello)
        self._ground.spawn(self._deliver(), f"tap-{self._room}")

    def widen(self, order: TapOrder) -> None:
        """A later order of the same recording: other probes, another address, or everybody."""
        self._order = order

    def takes(self, participant: ParticipantId) -> bool:
        """Whose packets go in."""
        return self._order.recording or participant in self._order.probe

    def begin(self) -> Moment:
        """START: what follows belongs to the recording. Closed gates are said again after it."""
        self.begun = True
        moment = self._now()
        self.began_ns = moment.mono_ns
        self.add(FrameKind.START, 0, moment.mono_ns, pack_declaration(moment))
        for track in self._tracks.values():
            if track.reason is not None:
                self._say_gate(track)
        return moment

    def stop(self) -> Moment:
        """STOP: nothing after it belongs to the recording."""
        for up in list(self._tracks):
            self._end(up)
        moment = self._now()
        self.add(FrameKind.STOP, 0, moment.mono_ns, pack_declaration(moment))
        self._stopped_ns = moment.mono_ns
        return moment

    def leave(self) -> None:
        """The node ends, the recording does not: its next run will be another part."""
        for up in list(self._tracks):
            self._end(up)
        self._stopped_ns = self._now().mono_ns

    def declare(self, track: PublishedTrack, reason: GateReason | None) -> None:
        """A track begins, its gate as it stands. The second time nothing happens."""
        if track.up in self._tracks:
            return
        tapped = _TapTrack(self, next(self._numbers))
        self._tracks[track.up] = tapped
        self.add(FrameKind.TRACK, tapped.number, self._ground.clock.mono(), pack_declaration(track.declaration))
        if reason is not None:
            tapped.reason = reason
            self._say_gate(tapped)
        self._ground.taps[track.up] = tapped

    def gate(self, track: PublishedTrack, reason: GateReason | None) -> None:
        """Its gate moved; said when that is new."""
        tapped = self._tracks.get(track.up)
        if tapped is not None and tapped.reason is not reason:
            tapped.reason = reason
            self._say_gate(tapped)

    def sender_report(self, track: PublishedTrack, event: SenderReported, rtt_ns: int) -> None:
        """The publisher's clock against its RTP time."""
        tapped = self._tracks.get(track.up)
        if tapped is not None:
            body = pack_sender_report(SenderReport(event.ntp, event.rtp, rtt_ns))
            self.add(FrameKind.SENDER_REPORT, tapped.number, event.arrival_ns, body)

    def end(self, track: PublishedTrack) -> None:
        """The track ended."""
        if track.up in self._tracks:
            self._end(track.up)

    def behind_ns(self) -> int:
        """Age of the oldest frame that is not confirmed."""
        return self._replay.behind_ns(self._ground.clock.mono())

    def figures(self) -> TapFigures:
        """How far the recorder is; it has a quarter of a second before anything is said of it."""
        return TapFigures(self.state or "writing", self.behind_ns() // NS_PER_MS, self._replay.held_bytes)

    def add(self, kind: FrameKind, track: int, arrival_ns: int, body: bytes = b"") -> None:
        """One more frame; never waits."""
        self._replay.add(kind, track, arrival_ns, body)
        self._wake.set()

    def _end(self, up: UpId) -> None:
        tapped = self._tracks.pop(up)
        self._ground.taps.pop(up, None)
        self.add(FrameKind.END, tapped.number, self._ground.clock.mono())

    def _say_gate(self, track: _TapTrack) -> None:
        body = pack_declaration(GateMoved(track.reason))
        track.since_ns = self._ground.clock.mono()
        self.add(FrameKind.GATE, track.number, track.since_ns, body)

    def _now(self) -> Moment:
        return Moment(self._ground.clock.mono(), self._ground.clock.utc())

    # ── the connection ───────────────────────────────────────────────────────────────────────────────────────

    async def _deliver(self) -> None:
        """Until everything is delivered after STOP, or is older than the replay."""
        beat = asyncio.create_task(self._beat())
        connection = asyncio.create_task(self._stay_connected())
        try:
            await beat
        finally:
            for task in (beat, connection):
                task.cancel()
            await asyncio.wait([beat, connection])

    async def _beat(self) -> None:
        beats = 0
        while not self._is_over():
            await asyncio.sleep(_BEAT_S)
            beats += 1
            now_ns = self._ground.clock.mono()
            if beats % _BEATS_PER_TICK == 0 and self._stopped_ns is None:
                self.add(FrameKind.TICK, 0, now_ns)
            self._look(now_ns)

    def _look(self, now_ns: int) -> None:
        self._replay.expire(now_ns)
        behind_ns = self._replay.behind_ns(now_ns)
        if behind_ns > self._keep_ns or self._refusals >= _REFUSALS:
            state = "not_recording"
        elif behind_ns > _DEGRADED_NS:
            state = "degraded"
        else:
            state = "writing"
        if state != self.state:
            self.state = state
            self._ground.publish(TapChanged(self._room, self.recording, state, behind_ns // NS_PER_MS))

    def _is_over(self) -> bool:
        if self._stopped_ns is None:
            return False
        now_ns = self._ground.clock.mono()
        return self._replay.behind_ns(now_ns) == 0 or now_ns - self._stopped_ns > self._keep_ns

    async def _stay_connected(self) -> None:
        tries = 0
        while True:
            try:
                async with asyncio.timeout(_CONNECT_S):
                    reader, writer = await connect(self._order.address, self._ground.config.calling)
            except (OSError, TimeoutError):
                self._ground.counts["tap_connect_failed"] += 1
            else:
                if await self._serve(reader, writer):
                    tries = 0
                else:
                    self._refusals += 1
            await asyncio.sleep(_BACKOFF_S[min(tries, len(_BACKOFF_S) - 1)])
            tries += 1

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One connection, until it breaks or the recorder says something that is no frame. False: the recorder did not
        want it."""
        frames = FrameReader()
        pump: asyncio.Task[None] | None = None
        gone = False
        try:
            writer.write(pack_frame(FrameKind.HELLO, 0, 0, self._ground.clock.mono(), self._hello))
            while chunk := await reader.read(65_536):
                for frame in frames.feed(chunk):
                    if frame.kind is FrameKind.RESUME and pump is None:
                        self._refusals = 0
                        self._resume(frame)
                        pump = asyncio.create_task(self._pump(writer))
                    else:
                        self._told(frame)
        except (OSError, MalformedPacket) as error:
            gone = has_vanished(error)
            self._ground.counts["tap_vanished" if gone else "tap_broken"] += 1
        finally:
            writer.close()  # first: who is cancelled while it waits here goes no further
            if pump is not None:
                pump.cancel()
                await asyncio.wait([pump])
        return gone or pump is not None

    def _told(self, frame: Frame) -> None:
        if frame.kind is FrameKind.CONFIRM:
            self._replay.confirm(frame.track, frame.number)
        elif frame.kind is FrameKind.KEY_FRAME:
            for up, track in self._tracks.items():
                if track.number == frame.track:
                    self._ground.core.request_key_frame(up)

    def _resume(self, frame: Frame) -> None:
        resume = unpack_declaration(frame.body, Resume)
        self._replay.resume(durable_of(resume.durable), self._ground.clock.mono())

    def _next_chunk(self) -> bytes:
        """What was dropped while a connection stood still is declared before anything newer goes: once that is
        confirmed, it would count as durable."""
        self._replay.declare_lost(self._ground.clock.mono())
        return b"".join(self._replay.take(_CHUNK))

    async def _pump(self, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                while chunk := self._next_chunk():
                    writer.write(chunk)
                    await writer.drain()
                await asyncio.sleep(_GATHER_S)
                if not self._replay.is_pending:
                    self._wake.clear()
                    await self._wake.wait()
        except OSError:
            writer.close()
