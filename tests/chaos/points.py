"""Points that come back by themselves, as browsers do, and that remember every picture they have sent."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import aiohttp
import msgspec
import socketio

from bridge.errors import Refusal
from bridge.media import Source
from bridge.ports import Clock
from deploy.marks import Mark, Painter, Picture
from deploy.points import Gate, Invitation, MarkedAudio, MarkedVideo, Point, PointClock, PointPlan
from signaling.wire import NAMESPACE, Offer, RoomView

_AGAIN_S = 0.3
_SILENT_S = 5.0
"""A browser takes its connection for lost after about as long (RFC 7675)."""
_RETURN_S = 45.0
"""A supervisor waits up to 10 s before it starts a part again, and a busy machine takes its time."""


class LineLost(Exception):
    """The socket went before the answer came: whether it was done is not known."""


class Sent(msgspec.Struct, frozen=True):
    """A picture all of whose packets left us at ``by_utc_ns`` at the latest."""

    mark: Mark
    by_utc_ns: int


class Sending(msgspec.Struct):
    """What one uplink sent. ``pending``: painted last, perhaps not sent yet."""

    began_utc_ns: int
    pictures: list[Sent] = []
    pending: Mark | None = None


class _Remembering(Painter):
    """Tells the last mark it painted."""

    last: Mark | None = None

    def paint(self, frame: int, utc_ms: int) -> Picture:
        self.last = Mark(self.code, frame & 0xFFFF, utc_ms)
        return super().paint(frame, utc_ms)

    code = 0


class _Camera(MarkedVideo):
    """aiortc asks for the next picture once it has sent the one before."""

    def __init__(self, painter: _Remembering, clock: PointClock, gate: Gate, per_second: float, log: Sending) -> None:
        super().__init__(painter, clock, gate, per_second)
        self._remembering = painter
        self._log = log

    async def recv(self) -> Any:
        if self._log.pending is not None:
            self._log.pictures.append(Sent(self._log.pending, time.time_ns()))
            self._log.pending = None
        frame = await super().recv()
        self._log.pending = self._remembering.last
        return frame


class SteadyPoint(Point):
    """Resumes when its line breaks and publishes anew when the node began anew. ``faults``: what it could not do."""

    def __init__(
        self,
        plan: PointPlan,
        invite: Callable[[], Awaitable[Invitation]],
        clock: Clock,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.sendings: list[Sending] = []
        self.faults: list[str] = []
        self.healths: list[str] = []
        """What the room said of the recording, each change once."""
        self._cut = asyncio.Event()
        self._leaving = False
        self._works: set[asyncio.Task[None]] = set()
        self._publishing = asyncio.Lock()
        super().__init__(plan, invite, clock, tls)

    async def close(self) -> None:
        self._leaving = True
        for work in self._works:
            work.cancel()
        await asyncio.gather(*self._works, return_exceptions=True)
        await super().close()

    def sees_after(self, utc_ms: int) -> bool:
        """Whether a picture of everybody else came that was painted after this moment."""
        if self.room is None or self.downlink is None:
            return False
        others = {one.id for one in self.room.participants if one.id != self.room.you}
        seen = {who: one.mark for (who, source), one in self.downlink.seen.items() if source is Source.CAMERA}
        return bool(others) and all((mark := seen.get(who)) is not None and mark.utc_ms > utc_ms for who in others)

    def _track(self, source: Source) -> MarkedAudio | MarkedVideo:
        if source is not Source.CAMERA:
            return super()._track(source)
        plan, log = self.plan, Sending(time.time_ns())
        self.sendings.append(log)
        painter = _Remembering(plan.code, plan.name, plan.width, plan.height)
        painter.code = plan.code
        return _Camera(painter, self._clock, self._gates[source], plan.per_second, log)

    # ── coming back ────────────────────────────────────────────────────────────────────────────────────────────

    def _listen(self) -> None:
        super()._listen()
        self._socket.on("renegotiate", self._on_renegotiate, namespace=NAMESPACE)
        self._socket.on("disconnect", self._on_disconnect, namespace=NAMESPACE)

    async def _on_welcome(self, message: object) -> None:
        self._cut.clear()
        await super()._on_welcome(message)

    async def _see(self, room: RoomView) -> None:
        if room.recording not in self.healths[-1:]:
            self.healths.append(room.recording)
        await super()._see(room)

    async def _on_disconnect(self, reason: object = None) -> None:
        self._cut.set()
        if self.ended is None and not self._leaving:
            self._spawn(self._come_back())

    async def _on_renegotiate(self, message: object) -> None:
        self._spawn(self._publish_anew())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._works.add(task)
        task.add_done_callback(self._works.discard)

    async def _come_back(self) -> None:
        await asyncio.sleep(_AGAIN_S)  # engineio puts itself in order once it has told of the end
        await self._persist("resume", self._resume_where_it_is)
        back_ms = time.time_ns() // 1_000_000
        await asyncio.sleep(_SILENT_S)
        if not self.sees_after(back_ms) and not self._cut.is_set() and self.ended is None:
            await self._publish_anew()  # the node went with the room's owner, so nobody could say that it did
            await self._persist("receive", self.restart_downlink)

    async def _resume_where_it_is(self) -> None:
        """A try in vain asks for the way; the next one goes there."""
        try:
            await self.resume()
        except (Refusal, LineLost, TimeoutError):
            with contextlib.suppress(Refusal, RuntimeError, aiohttp.ClientError, OSError, TimeoutError):
                self._url = (await self._invite()).url
            raise

    async def _publish_anew(self) -> None:
        async with self._publishing:
            await self._persist("publish", self._publish_once)

    async def _publish_once(self) -> None:
        if self.uplink is not None:
            await self.uplink.close()
            self.uplink = None
        await self.publish(*self.plan.publishes)

    async def _persist(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        until, last = time.monotonic() + _RETURN_S, ""
        while self.ended is None and not self._leaving:
            try:
                await work()
            except (Refusal, LineLost, TimeoutError) as fault:
                last = f"{type(fault).__name__}: {fault}"
            else:
                return
            if time.monotonic() > until:
                self.faults.append(f"{self.plan.name} could not {name}: {last}")
                return
            await asyncio.sleep(_AGAIN_S)

    async def _ask(self, event: str, request: msgspec.Struct | None, shape: type[Any]) -> Any:
        """Raises LineLost as soon as the line breaks, not when the answer is overdue."""
        call = asyncio.ensure_future(super()._ask(event, request, shape))
        cut = asyncio.ensure_future(self._cut.wait())
        try:
            await asyncio.wait({call, cut}, return_when=asyncio.FIRST_COMPLETED)
            if not call.done():
                raise LineLost(event)
            return call.result()
        except (socketio.exceptions.SocketIOError, TimeoutError) as fault:
            raise LineLost(f"{event}: {fault}") from fault
        finally:
            for task in (call, cut):
                task.cancel()
            await asyncio.gather(call, cut, return_exceptions=True)

    async def _answer(self, offer: Offer) -> None:
        """What cannot be answered now is offered again by whoever comes back."""
        with contextlib.suppress(Refusal, LineLost):
            await super()._answer(offer)
