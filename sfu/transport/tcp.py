"""ICE-TCP (RFC 6544): peers that reach the node by TCP alone, on the port number of UDP. Passive: they connect.

Each connection is one more address (host, port, number of the connection) beside those of UDP. What it is sent and
cannot take is dropped, whole frames at a time: a slow receiver loses its own, nobody waits for it.
"""

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import Callable
from itertools import count
from typing import cast

from bridge.errors import MalformedPacket
from bridge.ids import NS_PER_S
from sfu.core.seam import TcpAddress
from sfu.transport.admission import Admission
from sfu.transport.framing import Deframer, pack_frame
from sfu.transport.transport import GONE_NS, Transport

log = logging.getLogger(__name__)

_UNPROVED_NS = 5 * NS_PER_S
"""A browser sends its check as soon as it is connected."""
_WAITING = 256 * 1024
"""Bytes that wait for a slow receiver before media is dropped: a second of what a room sends. Checks, DTLS and RTCP
get as much again: they are few and their loss would end the connection."""
_RELIEVED = 32 * 1024
"""Bytes: a key frame finds room again."""
_KERNEL = 64 * 1024
"""The kernel's share of the same; its usual megabytes would be half a minute of a slow line."""
_REST_S = 1.0
"""After running out of file descriptors: the listener stays readable, accepting again at once would spin."""


class TcpPeers:
    """``on_frame``, ``on_batch`` and ``on_gone`` are told what the connections bring, ``on_slow`` and ``on_relieved``
    what they take: media was dropped, and what waited has gone. They never wait."""

    def __init__(
        self,
        counts: Counter[str],
        now_ns: Callable[[], int],
        on_frame: Callable[[bytes, TcpAddress], None],
        on_batch: Callable[[], None],
        on_gone: Callable[[TcpAddress, Transport], None],
        on_slow: Callable[[TcpAddress], None],
        on_relieved: Callable[[TcpAddress], None],
    ) -> None:
        self.counts = counts
        self.now_ns = now_ns
        self.on_frame = on_frame
        self.on_batch = on_batch
        self.on_gone = on_gone
        self.on_slow = on_slow
        self.on_relieved = on_relieved
        self._admission = Admission()
        self._numbers = count(1)
        self._connections: dict[TcpAddress, _Connection] = {}
        self._listeners: tuple[socket.socket, ...] = ()
        self._tasks: set[asyncio.Task[object]] = set()
        self._resting: set[asyncio.TimerHandle] = set()

    def listen(self, listeners: tuple[socket.socket, ...]) -> None:
        """Accept from now on."""
        self._listeners = listeners
        for listener in listeners:
            asyncio.get_running_loop().add_reader(listener.fileno(), self._accept, listener)

    def close(self) -> None:
        """End every connection and stop accepting; the listeners are their owner's."""
        for listener in self._listeners:
            asyncio.get_running_loop().remove_reader(listener.fileno())
        self._listeners = ()
        for timer in self._resting:
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        for connection in list(self._connections.values()):
            connection.abort()

    def send(self, datagram: bytes | bytearray, address: TcpAddress) -> None:
        """Now or never."""
        connection = self._connections.get(address)
        if connection is None:
            self.counts["dropped_unreachable"] += 1
        elif not connection.send(datagram):
            self.counts["dropped_tcp_slow"] += 1
            connection.is_slow = True
            # Each time, not the first alone: a picture that began since then is to be held too.
            self.on_slow(address)

    def prove(self, address: TcpAddress, owner: Transport) -> None:
        """A genuine check for ``owner`` came on it."""
        connection = self._connections.get(address)
        if connection is not None:
            if connection.owner is None:
                self._admission.prove(address[0])
            connection.owner = owner
            connection.checked_ns = self.now_ns()

    def end_of(self, owner: Transport) -> None:
        """Its connections end with it."""
        for connection in list(self._connections.values()):
            if connection.owner is owner:
                connection.abort()

    def look(self, now_ns: int) -> None:
        """To be called each second: who proved nothing, or whose consent expired, is in the way of others."""
        for connection in list(self._connections.values()):
            if now_ns - connection.checked_ns > (_UNPROVED_NS if connection.owner is None else GONE_NS):
                self.counts["tcp_expired"] += 1
                connection.abort()

    def _accept(self, listener: socket.socket) -> None:
        try:
            sock, where = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError as error:
            log.warning("accepting on the media port: %s", error)
            self._rest(listener)
            return
        host, port = where[:2]
        if not self._admission.admit(host):
            self.counts["tcp_refused"] += 1
            sock.close()
            return
        self._take(sock, (host, port, next(self._numbers)))

    def _take(self, sock: socket.socket, address: TcpAddress) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL)
        connection = self._connections[address] = _Connection(self, address)
        loop = asyncio.get_running_loop()
        task: asyncio.Task[object] = loop.create_task(
            loop.connect_accepted_socket(lambda: connection, sock), name="sfu-tcp"
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _rest(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(listener.fileno())

        def again() -> None:
            self._resting.discard(timer)
            loop.add_reader(listener.fileno(), self._accept, listener)

        timer = loop.call_later(_REST_S, again)
        self._resting.add(timer)

    def gone(self, connection: "_Connection") -> None:
        """It is closed, by whomever."""
        if self._connections.pop(connection.address, None) is None:
            return
        self._admission.leave(connection.address[0], proved=connection.owner is not None)
        if connection.owner is not None:
            self.on_gone(connection.address, connection.owner)


class _Connection(asyncio.Protocol):
    """One. ``owner`` None: no genuine check came yet, and nothing but checks is read."""

    def __init__(self, peers: TcpPeers, address: TcpAddress) -> None:
        self.address = address
        self.owner: Transport | None = None
        self.checked_ns = peers.now_ns()
        self.is_slow = False
        """Something was dropped since it took everything."""
        self._peers = peers
        self._deframer = Deframer()
        self._stream: asyncio.Transport | None = None
        self._ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio's word for: it is open."""
        self._stream = cast(asyncio.Transport, transport)
        self._stream.set_write_buffer_limits(high=_WAITING, low=_RELIEVED)
        if self._ended:
            self._stream.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio's word for: it is closed."""
        self._ended = True
        self._peers.gone(self)

    def resume_writing(self) -> None:
        """asyncio's word for: what waits is less than ``_RELIEVED`` again."""
        if self.is_slow:
            self.is_slow = False
            self._peers.on_relieved(self.address)

    def data_received(self, data: bytes) -> None:
        """Some octets of the stream."""
        if self._ended:
            return
        try:
            frames = self._deframer.feed(data)
        except MalformedPacket:
            self._peers.counts["dropped_tcp_framing"] += 1
            self.abort()
            return
        for frame in frames:
            if self.owner is None and frame[0] > 3:
                self._peers.counts["dropped_tcp_unproved"] += 1
                self.abort()
                return
            self._peers.on_frame(frame, self.address)
        self._peers.on_batch()

    def send(self, datagram: bytes | bytearray) -> bool:
        """False: it waits for what was sent before, and this is dropped."""
        stream = self._stream
        if stream is None or self._ended:
            return False
        most = _WAITING if _is_media(datagram) else 2 * _WAITING
        if stream.get_write_buffer_size() > most:
            return False
        stream.write(pack_frame(datagram))
        return True

    def abort(self) -> None:
        """I end it, with whatever was still to be sent."""
        self._ended = True
        if self._stream is not None:
            self._stream.abort()
        self._peers.gone(self)


def _is_media(datagram: bytes | bytearray) -> bool:
    """RTP, not RTCP (RFC 5761 §4)."""
    return len(datagram) > 1 and 128 <= datagram[0] <= 191 and not 192 <= datagram[1] <= 223
