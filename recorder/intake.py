"""The tap server: media nodes connect, say HELLO, and hand over what their rooms receive."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable

from bridge.errors import MalformedPacket
from bridge.ids import RecordingId
from bridge.tap import GONE_S, PROBE_S, Frame, FrameKind, Hello, unpack_declaration, unpack_frame
from recorder.door import Door
from recorder.places import bound_socket
from recorder.recording import Opened, Received, Recording

HELLO_S = 5.0
CHUNK = 65_536
MAX_UNSENT = 1 << 20
"""Confirmations a node does not read; far more than a healthy one leaves."""

TAP_VERSION = 1

_log = logging.getLogger(__name__)


class TapLine:
    """The connection of one node to one recording."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def send(self, content: bytes) -> None:
        """Never waits; a node that does not read is cut off, and comes again."""
        if self._writer.is_closing():
            return
        if self._writer.transport.get_write_buffer_size() > MAX_UNSENT:
            self._writer.transport.abort()
            return
        self._writer.write(content)

    def close(self) -> None:
        """Idempotent."""
        self._writer.close()


class FrameCutter:
    """Cuts a byte stream into frames, each with its own bytes."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[tuple[Frame, bytes]]:
        """Raises MalformedPacket; the stream is of no use afterwards."""
        buffer = self._rest + chunk if self._rest else chunk
        frames = []
        start = 0
        while (found := unpack_frame(buffer, start)) is not None:
            frame, end = found
            frames.append((frame, buffer[start:end]))
            start = end
        self._rest = buffer[start:]
        return frames


class Intake:
    """``find`` names the recording a HELLO speaks of. ``address``: ``unix:PATH`` | ``HOST:PORT`` (port 0: any).
    ``answering``: of a line to other machines, which says who is taken at all."""

    def __init__(
        self,
        address: str,
        find: Callable[[RecordingId], Recording | None],
        answering: ssl.SSLContext | None = None,
    ) -> None:
        self.address = address
        self._find = find
        self._answering = answering
        self._server: asyncio.Server | None = None
        self._door: Door | None = None
        self._connections: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen. Raises OSError."""
        if self.address.startswith("unix:"):
            self._server = await asyncio.start_unix_server(self._connected, sock=bound_socket(self.address))
            return
        host, _, port = self.address.rpartition(":")
        if self._answering is not None:
            self._door = Door(self._line, self._answering)
            bound = self._door.open(host.strip("[]"), int(port))
        else:
            self._server = await asyncio.start_server(self._connected, host.strip("[]"), int(port))
            bound = self._server.sockets[0].getsockname()[1]
        self.address = f"{host}:{bound}"

    def _line(self) -> asyncio.StreamReaderProtocol:
        return asyncio.StreamReaderProtocol(asyncio.StreamReader(), self._connected)

    async def close(self) -> None:
        """Stop listening and let go of every node. Idempotent."""
        server, self._server = self._server, None
        door, self._door = self._door, None
        if server is not None:
            server.close()
        if door is not None:
            await door.close()
        for connection in list(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        if server is not None:
            await server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
        line = TapLine(writer)
        break_when_gone(writer.get_extra_info("socket"))
        try:
            await self._converse(reader, line)
        except (MalformedPacket, TimeoutError, OSError) as error:
            _log.warning("tap connection dropped: %s", error)
        except asyncio.CancelledError:
            if self._server is not None or self._door is not None:
                raise
        finally:
            line.close()

    async def _converse(self, reader: asyncio.StreamReader, line: TapLine) -> None:
        cutter = FrameCutter()
        async with asyncio.timeout(HELLO_S):
            frames = await self._first_frames(reader, cutter)
        if not frames:
            return
        first, _ = frames.pop(0)
        hello = _hello(first)
        recording = self._find(hello.recording)
        if recording is None:
            _log.warning("tap for unknown recording %s", hello.recording)
            return
        try:
            going = await recording.hand_in(Opened(line, hello, first.arrival - hello.moment.mono_ns))
            while going:
                if frames:
                    going = await recording.hand_in(Received(line, frames))
                chunk = await reader.read(CHUNK)
                if not chunk:
                    return
                frames = cutter.feed(chunk)
        finally:
            recording.gone(line)

    async def _first_frames(self, reader: asyncio.StreamReader, cutter: FrameCutter) -> list[tuple[Frame, bytes]]:
        while chunk := await reader.read(CHUNK):
            frames = cutter.feed(chunk)
            if frames:
                return frames
        return []


def break_when_gone(line: socket.socket) -> None:
    """A node that is lost with its host says nothing: the kernel asks each second, and after GONE_S without any
    acknowledgement its line ends (RFC 5482). The node's side is its own (``sfu/tapline.py``)."""
    if line.family == socket.AF_UNIX:
        return
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, PROBE_S)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, PROBE_S)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GONE_S * 1000)


def _hello(frame: Frame) -> Hello:
    if frame.kind is not FrameKind.HELLO:
        raise MalformedPacket(f"a tap begins with HELLO, not {frame.kind.name}")
    hello = unpack_declaration(frame.body, Hello)
    if hello.version != TAP_VERSION:
        raise MalformedPacket(f"tap version {hello.version}")
    return hello
