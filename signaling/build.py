"""Puts the room's socket together: :func:`build`, then ``attach`` to the pages' application, ``start``, ``close``.

Closing order: presence (noted in one), lines (browsers are told), sockets, rooms (what waits is stored), listeners.
"""

import asyncio
import logging
from collections.abc import Callable

import socketio
from aiohttp import web

from bridge.ports import Clock, Entropy, JoinTokens, LiveRooms, LocalJournal
from bridge.receptions import ReceptionService
from bridge.repositories import UnitsOfWork
from bridge.sessionclock import SteadyClock
from signaling.namespace import RoomNamespace
from signaling.notices import InProcessNotices
from signaling.packets import Json, RoomPacket
from signaling.places import Places
from signaling.rooms import Rooms
from signaling.settings import SignalingConfig
from signaling.socket_line import FLUSH_S
from signaling.tokens import SignedJoinTokens
from signaling.wire import NAMESPACE

__all__ = ["Signaling", "SignalingConfig", "build"]
_log = logging.getLogger(__name__)


class Signaling:
    """The live session's nerve in one process. ``tokens`` is for the pages."""

    def __init__(
        self,
        config: SignalingConfig,
        rooms: Rooms,
        tokens: JoinTokens,
        clock: Clock,
        notices: InProcessNotices,
    ) -> None:
        self.tokens = tokens
        self._config = config
        self._rooms = rooms
        self._namespace = RoomNamespace(config, rooms, tokens, clock)
        self._server = _server(config)
        self._server.register_namespace(self._namespace)
        self._notices = notices
        self._dropping: set[asyncio.Task[None]] = set()
        self._unsubscribe: Callable[[], None] | None = None

    @property
    def rooms(self) -> LiveRooms:
        """For the pages: what an operator is shown."""
        return self._rooms

    async def decisions(self) -> str:
        """How what rooms decide is kept: ok | waiting (for the database, on this machine's disk) | full."""
        return self._rooms.decisions()

    def attach(self, app: web.Application) -> None:
        """Serve the socket at ``config.path``."""
        app.router.add_get(f"/{self._config.path.strip('/')}/", self._handle)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        entering = asyncio.get_running_loop().call_later(self._config.enter_s, self._check_entered, request)
        try:
            response: web.StreamResponse = await self._server.handle_request(request)
        except (ValueError, IndexError) as error:
            # The library parses a frame's first character outside of any guard.
            _log.info("socket closed after a malformed frame: %s", error)
            await self._drop(self._transport_of(request))
            raise web.HTTPBadRequest from None
        finally:
            entering.cancel()
        return response

    def _transport_of(self, request: web.Request) -> str | None:
        environs = self._server.environ.items()
        return next((name for name, environ in environs if environ["aiohttp.request"] is request), None)

    def _check_entered(self, request: web.Request) -> None:
        transport = self._transport_of(request)
        # Who answers no ping is forgotten by the library, and the connection stays; who asks again and again is in, as
        # the library has it, while it is being refused.
        sid = None if transport is None else self._server.manager.sid_from_eio_sid(transport, NAMESPACE)
        if not self._namespace.is_seated(sid):
            _log.info("socket closed: it entered no room")
            task = asyncio.create_task(self._end(transport, request))
            self._dropping.add(task)
            task.add_done_callback(self._dropping.discard)

    async def _end(self, transport: str | None, request: web.Request) -> None:
        """Also of who reads nothing: what the library is sending to them then never ends by itself."""
        try:
            await self._drop(transport)
            await asyncio.sleep(FLUSH_S)
        finally:
            if (stream := request.transport) is not None:
                stream.abort()

    async def _drop(self, transport: str | None) -> None:
        socket = self._server.eio.sockets.get(transport)
        if socket is not None:
            await socket.close(wait=False, abort=True)
            await socket.queue.put(None)  # ends its sender, which closes the connection

    async def start(self) -> None:
        """Take back the rooms under way. Raises Unavailable."""
        self._unsubscribe = self._notices.subscribe(self._rooms.noticed)
        await self._notices.start()
        await self._rooms.start()

    async def close(self) -> None:
        """Idempotent."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        await self._rooms.lose_all()
        await self._notices.close()
        await self._namespace.close()
        for task in self._dropping:
            task.cancel()
        await asyncio.gather(*self._dropping, return_exceptions=True)
        await self._rooms.close()
        await self._server.shutdown()


def _server(config: SignalingConfig) -> socketio.AsyncServer:
    return socketio.AsyncServer(
        async_mode="aiohttp",
        transports=["websocket"],
        serializer=RoomPacket,
        json=Json,
        namespaces=[NAMESPACE],
        cors_allowed_origins=list(config.origins) or None,
        ping_interval=config.ping_interval_s,
        ping_timeout=config.ping_timeout_s,
        max_http_buffer_size=config.max_message,
        logger=_quiet("signaling.socketio"),
        engineio_logger=_quiet("signaling.engineio"),
    )


def _quiet(name: str) -> logging.Logger:
    """The library writes whole packets to its log at INFO: tokens and secrets among them."""
    log = logging.getLogger(name)
    log.setLevel(logging.WARNING)
    return log


def build(
    config: SignalingConfig,
    *,
    units: UnitsOfWork,
    receptions: ReceptionService,
    journal: LocalJournal,
    places: Places,
    notices: InProcessNotices,
    clock: Clock,
    entropy: Entropy,
) -> Signaling:
    """Everything of this room of the house. ``receptions`` publishes to ``notices``."""
    steady = SteadyClock(clock)
    tokens = SignedJoinTokens(units, steady, entropy, key=config.key, owner=config.owner, valid_s=config.token_s)
    rooms = Rooms(config, units, receptions, journal, places, clock, entropy)
    return Signaling(config, rooms, tokens, clock, notices)
