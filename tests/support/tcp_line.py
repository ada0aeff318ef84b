"""A TCP line between two parts on loopback that can be listened to, and cut in the middle."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self

_CHUNK = 4096


class TcpLine:
    """Carries connections to ``target`` from a free port. ``heard``: the bytes that passed, of both directions. An
    async context."""

    def __init__(self, target: str) -> None:
        self.heard = bytearray()
        self.address = ""
        self.opened = 0
        self._target = target.rpartition(":")
        self._server: asyncio.Server
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._opened, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Every connection breaks where it is, without a goodbye."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _opened(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        host, _, port = self._target
        try:
            there, onward = await asyncio.open_connection(host, int(port))
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, onward}
        for task in (
            asyncio.create_task(self._carry(reader, onward)),
            asyncio.create_task(self._carry(there, writer)),
        ):
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while content := await reader.read(_CHUNK):
                self.heard += content
                writer.write(content)
                await writer.drain()
        writer.close()
