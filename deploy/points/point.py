"""One synthetic participant in a room: the socket, the uplink, the downlink."""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import socketio

from bridge.commands import RoomCommand, SetCamera, SetMicrophone, SetScreen
from bridge.errors import Code, MalformedSdp, Refusal
from bridge.media import Source
from bridge.ports import Clock
from deploy.marks import Painter, PointSound
from deploy.points.clock import PointClock
from deploy.points.peer import LOOPBACK, Downlink, Uplink
from deploy.points.tracks import Gate, MarkedAudio, MarkedVideo
from signaling.wire import (
    NAMESPACE,
    CommandRequest,
    DownlinkReply,
    Ended,
    JoinAuth,
    Offer,
    Refused,
    ResumeAuth,
    RoomView,
    UplinkReply,
    UplinkRequest,
    Welcome,
)

_log = logging.getLogger(__name__)
_ANSWER_SECONDS = 30
"""A start waits for the recorder to prove itself; a busy machine takes its time."""
_SCREEN_SIZE = (640, 360)


class PointPlan(msgspec.Struct, frozen=True):
    """Who a point plays, and how.

    ``obeys`` False: sends although its gate is closed, as a hostile client would. ``drift``: seconds a second by
    which its clock runs fast. ``address``: the local address it sends from (None: all but loopback).
    """

    code: int
    name: str
    width: int = 320
    height: int = 180
    per_second: float = 15.0
    publishes: tuple[Source, ...] = (Source.MICROPHONE, Source.CAMERA)
    receives: bool = True
    obeys: bool = True
    offset_seconds: float = 0.0
    drift: float = 0.0
    address: str | None = LOOPBACK


class Invitation(msgspec.Struct, frozen=True):
    """Where the room's socket is, and a fresh token for it."""

    url: str
    token: str
    path: str = "socket.io"


class Point:
    """Joins with :meth:`join`, leaves with :meth:`leave`; between them :attr:`room` is what it sees of the room."""

    def __init__(
        self,
        plan: PointPlan,
        invite: Callable[[], Awaitable[Invitation]],
        clock: Clock,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """``invite`` is asked once per join. ``tls`` None: certificates of the machine's trust."""
        self.plan = plan
        self.room: RoomView | None = None
        self.ended: Ended | None = None
        self.uplink: Uplink | None = None
        self.downlink: Downlink | None = None
        self._invite = invite
        self._clock = PointClock(clock, plan.offset_seconds, plan.drift)
        self._gates = {source: Gate(not plan.obeys) for source in Source}
        self._changed = asyncio.Condition()
        self._offers: asyncio.Queue[Offer] = asyncio.Queue(maxsize=16)  # one is in flight, newer ones replace it
        self._answering: asyncio.Task[None] | None = None
        self._fault: Exception | None = None
        self._url, self._path = "", ""
        self._welcome: Welcome | None = None
        self._socket = _socket(tls)
        self._listen()

    async def join(self) -> RoomView:
        """Connect, publish, and answer offers from now on. Raises Refusal with the server's code."""
        invitation = await self._invite()
        self._url, self._path = invitation.url, invitation.path
        await self._connect(JoinAuth(invitation.token))
        if self.plan.receives:
            self._answering = asyncio.create_task(self._answer_offers())
        room = await self.until(lambda _: True)
        await self.publish(*self.plan.publishes)
        return room

    async def resume(self) -> RoomView:
        """Come back after :meth:`drop_line`; media connections went on meanwhile."""
        if self._welcome is None:
            raise Refusal(Code.RESUME_INVALID, "never joined")
        self.room = None
        await self._connect(ResumeAuth(self._welcome.participant, self._welcome.secret))
        return await self.until(lambda _: True)

    async def drop_line(self) -> None:
        """Lose the socket without a word."""
        await self._socket.disconnect()

    async def publish(self, *sources: Source) -> None:
        """Offer these sources besides those published already."""
        if not sources:
            return
        if self.uplink is None:
            self.uplink = Uplink(self._clock, self.plan.address)
        for source in sources:
            self.uplink.publish(source, self._track(source))
        sdp, named = await self.uplink.offer()
        reply = await self._ask("uplink", UplinkRequest(sdp, named), UplinkReply)
        await self.uplink.take(reply.sdp)

    async def open(self, *sources: Source) -> None:
        """Ask that these be open; they are sent once the room says so."""
        for source in sources:
            await self.command(_SWITCH[source](True))

    async def shut(self, *sources: Source) -> None:
        """Ask that these be closed."""
        for source in sources:
            await self.command(_SWITCH[source](False))

    async def command(self, command: RoomCommand) -> None:
        """Ask the room for something. Raises Refusal with the server's code."""
        await self._ask("command", CommandRequest(command), msgspec.Raw)

    async def until(self, holds: Callable[[RoomView], bool], seconds: float = 30.0) -> RoomView:
        """The first view of the room for which ``holds``. Raises TimeoutError, or Refusal when the room ended."""
        async with asyncio.timeout(seconds), self._changed:
            while self.room is None or not holds(self.room):
                if self._fault is not None:
                    raise self._fault
                if self.ended is not None:
                    raise Refusal(Code.RECEPTION_OVER, f"{self.ended.how} {self.ended.reason}")
                await self._changed.wait()
            return self.room

    async def restart_downlink(self) -> None:
        """Ask for a new receiving connection."""
        await self._ask("restart_downlink", None, msgspec.Raw)

    async def leave(self) -> None:
        """Go for good, and close everything."""
        if self._socket.connected and self.ended is None:
            await self._ask("leave", None, msgspec.Raw)
        await self.close()

    async def close(self) -> None:
        """Close everything without a word. Idempotent."""
        if self._answering is not None:
            self._answering.cancel()
            await asyncio.gather(self._answering, return_exceptions=True)
        if self.uplink is not None:
            await self.uplink.close()
        if self.downlink is not None:
            await self.downlink.close()
        await self._socket.disconnect()
        if (session := self._socket.eio.http) is not None:  # engineio keeps it open after a refused connection
            await session.close()

    def _track(self, source: Source) -> MarkedAudio | MarkedVideo:
        gate = self._gates[source]
        if source is Source.MICROPHONE:
            return MarkedAudio(PointSound(self.plan.code), self._clock, gate)
        width, height = _SCREEN_SIZE if source is Source.SCREEN else (self.plan.width, self.plan.height)
        return MarkedVideo(
            Painter(self.plan.code, self.plan.name, width, height), self._clock, gate, self.plan.per_second
        )

    # ── the socket ────────────────────────────────────────────────────────────────────────────────────────────

    async def _connect(self, auth: JoinAuth | ResumeAuth) -> None:
        try:
            await self._socket.connect(
                self._url,
                auth=msgspec.to_builtins(auth),
                namespaces=[NAMESPACE],
                transports=["websocket"],
                socketio_path=self._path,
                wait_timeout=_ANSWER_SECONDS,
            )
        except socketio.exceptions.ConnectionError as error:
            raise _refusal(error.args[0] if error.args else None) from error

    async def _ask(self, event: str, request: msgspec.Struct | None, shape: type[Any]) -> Any:
        body = None if request is None else msgspec.to_builtins(request)
        answer = await self._socket.call(event, body, namespace=NAMESPACE, timeout=_ANSWER_SECONDS)
        if isinstance(answer, dict) and "code" in answer:
            raise _refusal(answer)
        return answer if shape is msgspec.Raw else msgspec.convert(answer, shape)

    def _listen(self) -> None:
        self._socket.on("welcome", self._on_welcome, namespace=NAMESPACE)
        self._socket.on("room", self._on_room, namespace=NAMESPACE)
        self._socket.on("offer", self._on_offer, namespace=NAMESPACE)
        self._socket.on("ended", self._on_ended, namespace=NAMESPACE)

    async def _on_welcome(self, message: object) -> None:
        self._welcome = msgspec.convert(message, Welcome)
        await self._see(self._welcome.room)

    async def _on_room(self, message: object) -> None:
        await self._see(msgspec.convert(message, RoomView))

    async def _on_offer(self, message: object) -> None:
        await self._offers.put(msgspec.convert(message, Offer))

    async def _on_ended(self, message: object) -> None:
        self.ended = msgspec.convert(message, Ended)
        async with self._changed:
            self._changed.notify_all()

    async def _see(self, room: RoomView) -> None:
        if self.plan.obeys:
            self._obey(room)
        async with self._changed:
            self.room = room
            self._changed.notify_all()

    def _obey(self, room: RoomView) -> None:
        """Send what the room says is open, and nothing else."""
        for someone in room.participants:
            if someone.id == room.you:
                self._gates[Source.MICROPHONE].set(someone.microphone_open)
                self._gates[Source.CAMERA].set(someone.camera_on)
                self._gates[Source.SCREEN].set(someone.screen_shared)

    async def _answer_offers(self) -> None:
        """Until cancelled. A fault ends it, and is told by :meth:`until`."""
        try:
            while True:
                offer = await self._offers.get()
                if self._offers.empty():
                    await self._answer(offer)
        except (Refusal, MalformedSdp, ValueError, TimeoutError) as fault:
            _log.warning("%s receives no longer: %s", self.plan.name, fault)
            async with self._changed:
                self._fault = fault
                self._changed.notify_all()

    async def _answer(self, offer: Offer) -> None:
        downlink = self.downlink
        if downlink is None or not downlink.is_of(offer.sdp):
            downlink = await self._new_downlink()
        elif downlink.cannot_follow(offer.sdp):
            await self.restart_downlink()
            return
        sdp = await downlink.answer(offer.sdp, offer.tracks)
        try:
            await self._ask("downlink", DownlinkReply(offer.offer, sdp), msgspec.Raw)
        except Refusal as refusal:
            if refusal.code is not Code.STALE_OFFER:
                raise
            _log.debug("offer %d was replaced meanwhile", offer.offer)

    async def _new_downlink(self) -> Downlink:
        if self.downlink is not None:
            await self.downlink.close()
        self.downlink = Downlink(self.plan.address)
        return self.downlink


_SWITCH: dict[Source, Callable[[bool], RoomCommand]] = {
    Source.MICROPHONE: SetMicrophone,
    Source.CAMERA: SetCamera,
    Source.SCREEN: SetScreen,
}


def _socket(tls: ssl.SSLContext | None) -> Any:
    """A client that does not come back by itself: when to return is the point's affair."""
    options = {} if tls is None else {"websocket_extra_options": {"ssl": tls}}
    # With handle_sigint it would cancel every task of the process at Ctrl-C.
    return socketio.AsyncClient(reconnection=False, handle_sigint=False, **options)


def _refusal(answer: object) -> Refusal:
    """The server's refusal, as it would be here."""
    try:
        refused = msgspec.convert(answer, Refused)
        return Refusal(Code(refused.code), "refused by the server", **refused.params)
    except (msgspec.ValidationError, ValueError):
        return Refusal(Code.INTERNAL, f"refused without a code: {answer!r}")
