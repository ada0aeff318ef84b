"""A line that carries TCP alone: takes a peer's datagrams on loopback and passes them to the node over one connection
for each peer (RFC 4571), so that a client that knows only UDP reaches the node by ICE-TCP."""

import asyncio
import contextlib
from types import TracebackType
from typing import Self

from sfu.transport.framing import Deframer, pack_frame
from tests.support.relay import Address

_READ = 16_384


class FramedRelay:
    """Listens for datagrams on a free port. ``ended``: connections that the node closed. An async context."""

    def __init__(self, target: Address) -> None:
        self.target = target
        self.opened = 0
        self.ended = 0
        self._front: asyncio.DatagramTransport | None = None
        self._queues: dict[Address, asyncio.Queue[bytes]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._front, _ = await loop.create_datagram_endpoint(lambda: _Front(self), local_addr=("127.0.0.1", 0))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._front is not None:
            self._front.close()
        await asyncio.sleep(0)

    @property
    def port(self) -> int:
        """What to announce instead of the target's."""
        assert self._front is not None
        port: int = self._front.get_extra_info("sockname")[1]
        return port

    def from_peer(self, datagram: bytes, peer: Address) -> None:
        """A datagram for the node."""
        queue = self._queues.get(peer)
        if queue is None:
            queue = self._queues[peer] = asyncio.Queue()
            task = asyncio.create_task(self._carry(peer, queue))
            self._tasks.add(task)
        queue.put_nowait(datagram)

    async def _carry(self, peer: Address, queue: asyncio.Queue[bytes]) -> None:
        reader, writer = await asyncio.open_connection(*self.target, limit=_READ)
        self.opened += 1
        back = asyncio.create_task(self._back(reader, peer))
        try:
            while True:
                writer.write(pack_frame(await queue.get()))
        finally:
            back.cancel()
            await asyncio.gather(back, return_exceptions=True)
            writer.close()

    async def _back(self, reader: asyncio.StreamReader, peer: Address) -> None:
        deframer = Deframer()
        assert self._front is not None
        with contextlib.suppress(ConnectionError):
            while octets := await reader.read(_READ):
                for datagram in deframer.feed(octets):
                    self._front.sendto(datagram, peer)
        self.ended += 1


class _Front(asyncio.DatagramProtocol):
    def __init__(self, relay: FramedRelay) -> None:
        self._relay = relay

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._relay.from_peer(data, addr[:2])
