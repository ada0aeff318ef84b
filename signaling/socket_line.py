"""A socket as a room's :class:`~signaling.lines.Line`."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec
import socketio
from aiohttp import web

from bridge.about import about
from signaling.wire import NAMESPACE

_log = logging.getLogger(__name__)
WAITING = 256
"""Messages to one browser that its socket has not taken yet. More means that the line is as good as dead: it is cut,
and the browser resumes with a whole view. Nothing is dropped from between."""
AHEAD = 16
"""Messages handed to the library that it has not begun to send. Its own queue has no bound, so that ours counts only if
no more than this is in it."""
FLUSH_S = 5.0
"""How long a last message may take to leave; then the connection is broken off."""
_LOOK_S = 0.05
"""The library does not tell when it has sent something; asked only while a socket is behind."""

_Message: TypeAlias = "tuple[str, msgspec.Struct] | None"


class SocketLine:
    """``run`` is its one task; it begins when the connection was accepted. Made while the socket is there."""

    def __init__(self, server: socketio.AsyncServer, sid: str) -> None:
        self._server = server
        self._sid = sid
        name: str | None = server.manager.eio_sid_from_sid(sid, NAMESPACE)
        self._socket: Any = server.eio.sockets.get(name)
        environ = server.environ.get(name)
        self._request: web.Request | None = None if environ is None else environ["aiohttp.request"]
        self._queue: asyncio.Queue[_Message] = asyncio.Queue(WAITING)
        self._ended = False
        self._said_goodbye = False
        self.whose: Mapping[str, str] = {}
        """Ids for the log, once they are known."""

    def send(self, event: str, body: msgspec.Struct) -> None:
        """In order; never waits."""
        if not self._ended:
            self._put((event, body))

    def end(self, event: str, body: msgspec.Struct) -> None:
        """A last message, then the browser is told not to come back, and the socket is closed."""
        if not self._ended:
            self._said_goodbye = True
            self._put((event, body))
            self.cut()

    def cut(self) -> None:
        """Close the socket after what was already said, as if the line had broken: the browser resumes."""
        if not self._ended:
            self._ended = True
            if self._queue.full():
                self._queue.get_nowait()
            self._queue.put_nowait(None)

    def _put(self, message: _Message) -> None:
        if self._queue.full():
            with about(**self.whose):
                _log.warning("socket %s takes nothing any more: cut", self._sid)
            self.cut()
        else:
            self._queue.put_nowait(message)

    async def run(self) -> None:
        """Until ended, cut or cancelled."""
        while (message := await self._queue.get()) is not None:
            if not await self._has_room():
                break
            await self._server.emit(message[0], message[1], to=self._sid, namespace=NAMESPACE)
        await self._disconnect()

    @property
    def is_cut(self) -> bool:
        """Nothing more is taken for it."""
        return self._ended

    @property
    def waiting(self) -> int:
        """Messages for this browser that nobody has begun to send, answers too."""
        return self._queue.qsize() + self._handed

    @property
    def _handed(self) -> int:
        """Those of them that the library has."""
        return 0 if self._socket is None else int(self._socket.queue.qsize())

    async def _has_room(self) -> bool:
        """Once the library has sent most of what it was handed; False: the line was cut, and nothing more leaves."""
        waited = 0.0
        while self._handed >= AHEAD:
            if waited > FLUSH_S:
                return False
            await asyncio.sleep(_LOOK_S)
            waited += _LOOK_S if self._ended else 0.0
        return True

    async def _disconnect(self) -> None:
        known = self._server.manager.eio_sid_from_sid(self._sid, NAMESPACE) is not None
        if known and self._said_goodbye:
            await self._server.disconnect(self._sid, namespace=NAMESPACE)
        try:
            async with asyncio.timeout(FLUSH_S):
                if self._socket is not None:
                    await self._socket.close(wait=False)
                await self._sent()
        except TimeoutError:
            _log.warning("socket %s did not take its last message: broken off", self._sid)
            self._break_off()

    async def _sent(self) -> None:
        """Until nothing waits in the library or the connection; a peer that reads nothing keeps both full for ever."""
        while (stream := self._stream()) is not None and (  # noqa: ASYNC110  nobody tells
            self._handed or stream.get_write_buffer_size()
        ):
            await asyncio.sleep(_LOOK_S)

    def _break_off(self) -> None:
        """The library waits for what it is sending; only the end of the connection ends that."""
        if (stream := self._stream()) is not None:
            stream.abort()

    def _stream(self) -> asyncio.Transport | None:
        """The connection, while it is open."""
        stream = None if self._request is None else self._request.transport
        return None if stream is None or stream.is_closing() else stream
