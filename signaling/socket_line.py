"""A socket as a room's :class:`~signaling.lines.Line`."""

import asyncio
import logging
from collections.abc import Mapping
from typing import TypeAlias

import msgspec
import socketio

from bridge.about import about
from signaling.wire import NAMESPACE

_log = logging.getLogger(__name__)
WAITING = 256
"""Messages to one browser that its socket has not taken yet. More means that the line is as good as dead: it is cut,
and the browser resumes with a whole view. Nothing is dropped from between."""
FLUSH_S = 5.0
"""How long a last message may take to leave."""

_Message: TypeAlias = "tuple[str, msgspec.Struct] | None"


class SocketLine:
    """``run`` is its one task; it begins when the connection was accepted."""

    def __init__(self, server: socketio.AsyncServer, sid: str) -> None:
        self._server = server
        self._sid = sid
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
            await self._server.emit(message[0], message[1], to=self._sid, namespace=NAMESPACE)
        await self._disconnect()

    async def _disconnect(self) -> None:
        transport = self._server.manager.eio_sid_from_sid(self._sid, NAMESPACE)
        if transport is None:  # gone already; without a name the library would disconnect everybody
            return
        if self._said_goodbye:
            await self._server.disconnect(self._sid, namespace=NAMESPACE)
        try:
            await asyncio.wait_for(self._server.eio.disconnect(transport), FLUSH_S)
        except TimeoutError:
            _log.warning("socket %s did not take its last message", self._sid)
