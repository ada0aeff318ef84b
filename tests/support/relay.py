"""A bad line on loopback: a UDP relay with seeded loss, delay, jitter, reordering, duplication and a rate limit.

The media plane has one UDP port, so announcing the relay's address as the candidate puts it in the path of every
peer. Each peer gets a socket of its own towards the target, which so sees as many addresses as there are peers.
Both directions are set apart and may be changed while packets flow (an outage is ``Line(loss=1)``).
"""

import asyncio
import random
from collections.abc import Coroutine
from dataclasses import dataclass
from types import TracebackType
from typing import Self

Address = tuple[str, int]


@dataclass(frozen=True)
class Line:
    """One direction. Probabilities 0 … 1, times in seconds."""

    loss: float = 0.0
    delay: float = 0.0
    jitter: float = 0.0
    """Added to the delay, even between 0 and this; the order of packets stays."""
    reorder: float = 0.0
    """How often a packet is held back by ``reorder_by`` while later ones pass it."""
    reorder_by: float = 0.02
    duplicate: float = 0.0
    rate: float = 0.0
    """Bits a second, 0: no limit."""
    queue: float = 0.2
    """What the limited line holds before it drops, in seconds of its rate."""


GOOD = Line()


@dataclass
class Counts:
    """Packets of one direction."""

    received: int = 0
    lost: int = 0
    sent: int = 0


class Fate:
    """Decides when a packet of one direction arrives: (size, now) → delivery times. No I/O, no clock."""

    def __init__(self, line: Line, seed: int) -> None:
        self.line = line
        self.counts = Counts()
        self._random = random.Random(seed)
        self._free_at = 0.0
        self._last = 0.0

    def of(self, size: int, now: float) -> list[float]:
        """When the packet of ``size`` bytes comes out: never, once or twice."""
        self.counts.received += 1
        departs = self._departs(size, now)
        if departs is None or self._chance(self.line.loss):
            self.counts.lost += 1
            return []
        times = [self._arrives(departs)]
        if self._chance(self.line.duplicate):
            times.append(times[0])
        self.counts.sent += len(times)
        return times

    def _departs(self, size: int, now: float) -> float | None:
        if not self.line.rate:
            return now
        start = max(now, self._free_at)
        if start - now > self.line.queue:
            return None
        self._free_at = start + size * 8 / self.line.rate
        return self._free_at

    def _arrives(self, departs: float) -> float:
        at = departs + self.line.delay + self._random.random() * self.line.jitter
        if self._chance(self.line.reorder):
            return at + self.line.reorder_by
        self._last = max(self._last, at)
        return self._last

    def _chance(self, probability: float) -> bool:
        return probability > 0 and self._random.random() < probability


class UdpRelay:
    """Listens on a free port of ``host`` and passes packets to ``target`` and back. An async context."""

    def __init__(
        self, target: Address, up: Line = GOOD, down: Line = GOOD, seed: int = 1, host: str = "127.0.0.1"
    ) -> None:
        self.target = target
        self.up = Fate(up, seed)
        self.down = Fate(down, seed + 1)
        self._host = host
        self._front: asyncio.DatagramTransport | None = None
        self._back: dict[Address, asyncio.DatagramTransport] = {}
        self._opening: dict[Address, list[bytes]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._front, _ = await loop.create_datagram_endpoint(lambda: _Front(self), local_addr=(self._host, 0))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for transport in self._back.values():
            transport.close()
        if self._front is not None:
            self._front.close()
        await asyncio.sleep(0)

    @property
    def address(self) -> Address:
        """What to announce instead of the target."""
        if self._front is None:
            raise RuntimeError("the relay is not open")
        host, port = self._front.get_extra_info("sockname")[:2]
        return host, port

    def set_lines(self, up: Line | None = None, down: Line | None = None) -> None:
        """Change the line from now on."""
        self.up.line = up or self.up.line
        self.down.line = down or self.down.line

    def move_peers(self) -> None:
        """Forget the peers' addresses towards the target: their next packets come from new ports."""
        for transport in self._back.values():
            transport.close()
        self._back.clear()

    def from_peer(self, packet: bytes, peer: Address) -> None:
        """A peer sent a packet."""
        transport = self._back.get(peer)
        if transport is not None:
            self._deliver(self.up, packet, transport, None)
        elif peer in self._opening:
            self._opening[peer].append(packet)
        else:
            self._opening[peer] = [packet]
            self._start(self._open(peer))

    def from_target(self, packet: bytes, peer: Address) -> None:
        """The target answered a peer."""
        if self._front is not None:
            self._deliver(self.down, packet, self._front, peer)

    async def _open(self, peer: Address) -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Back(self, peer), remote_addr=self.target)
        self._back[peer] = transport
        for packet in self._opening.pop(peer):
            self._deliver(self.up, packet, transport, None)

    def _start(self, opening: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(opening)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _deliver(self, fate: Fate, packet: bytes, transport: asyncio.DatagramTransport, to: Address | None) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for at in fate.of(len(packet), now):
            if at <= now:
                self._send(transport, packet, to)
            else:
                loop.call_at(at, self._send, transport, packet, to)

    def _send(self, transport: asyncio.DatagramTransport, packet: bytes, to: Address | None) -> None:
        if not self._closed and not transport.is_closing():
            transport.sendto(packet, to)


class _Front(asyncio.DatagramProtocol):
    def __init__(self, relay: UdpRelay) -> None:
        self._relay = relay

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._relay.from_peer(data, addr[:2])


class _Back(asyncio.DatagramProtocol):
    def __init__(self, relay: UdpRelay, peer: Address) -> None:
        self._relay = relay
        self._peer = peer

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._relay.from_target(data, self._peer)

    def error_received(self, exc: Exception) -> None:
        """The target is not there (yet): what a real line would swallow too."""
