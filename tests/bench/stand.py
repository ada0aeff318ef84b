"""One server under one load: the server, its publishers, its receivers, and what was used while media flowed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from tests.bench.figures import Usage, usage
from tests.bench.namespaces import inside
from tests.bench.orders import Counted, Ready, WorkOrder
from tests.bench.processes import Worker, running, worker_command
from tests.bench.serving import Place, Server, Start

_WARM_UP_S = 2.0
"""Newcomers' key frames, first reports, growing buffers: not what is measured."""
_DRAIN_S = 0.3
"""When nobody counted a packet for so long, the server's queues are empty."""
_DRAINS = 20


class Stand:
    """Measured in slices: between them its publishers rest, so that several servers can take turns."""

    def __init__(
        self, server: Server, helpers: dict[str, int], senders: Worker, listeners: Worker, ready: Ready
    ) -> None:
        self.profile = ready.profile
        """libsrtp's number of what both ends agreed on."""
        self.seconds = 0.0
        self.cpu_s = 0.0
        self.helpers_s = dict.fromkeys(helpers, 0.0)
        """CPU of processes beside the server, by name."""
        self.base = Usage(0.0, 0.0)
        self.pid = server.process.pid
        self._helpers = helpers
        self._senders = senders
        self._listeners = listeners

    async def warm_up(self) -> None:
        """A first slice that does not count; nothing flows after it."""
        await asyncio.sleep(_WARM_UP_S)
        await self._silence()
        await self._senders.begin()
        await self._listeners.begin()

    async def slice(self, seconds: float) -> None:
        """Media flows for so long. Raises ProcessFault, OSError when the server is gone."""
        before, beside = usage(self.pid), {name: usage(pid) for name, pid in self._helpers.items()}
        await self._senders.resume()
        await asyncio.sleep(seconds)
        await self._silence()
        self.seconds += seconds
        self.cpu_s += usage(self.pid).cpu_s - before.cpu_s
        for name, pid in self._helpers.items():
            self.helpers_s[name] += usage(pid).cpu_s - beside[name].cpu_s

    async def _silence(self) -> None:
        """Nothing is sent, and what was sent has arrived."""
        await self._senders.pause()
        before = -1
        for _ in range(_DRAINS):
            now = await self._listeners.count()
            if now == before:
                return
            before = now
            await asyncio.sleep(_DRAIN_S)

    def rss_mb(self) -> float:
        """Of the server, now."""
        return usage(self.pid).rss_mb

    def grown_mb(self) -> float:
        """The server and what is beside it, since each stood empty."""
        now = {pid: usage(pid).rss_mb for pid in (self.pid, *self._helpers.values())}
        return sum(now.values()) - self.base.rss_mb * len(now)

    async def counted(self) -> tuple[Counted, Counted]:
        """What was sent, what was received. Raises ProcessFault."""
        return await self._senders.report(), await self._listeners.report()


@asynccontextmanager
async def publishing(place: Place, server: Server) -> AsyncIterator[WorkOrder]:
    """The publishers alone, connected and sending; gives their order. Raises ProcessFault."""
    order = msgspec.structs.replace(place.order, control=server.control)
    worker = inside(place.hosts.client, *worker_command())
    async with running("publishers", worker, place.folder, speaks=True) as sending:
        await Worker(sending).enter(order)
        yield order


@asynccontextmanager
async def stand(start: Start, place: Place) -> AsyncIterator[Stand]:
    """Everybody connected, nothing flowing. Raises Skipped, ProcessFault."""
    worker = inside(place.hosts.client, *worker_command())
    async with (
        start(place) as server,
        running("publishers", worker, place.folder, speaks=True) as sending,
        running("receivers", worker, place.folder, speaks=True) as receiving,
    ):
        base = usage(server.process.pid)
        inner = msgspec.structs.replace(place.order, control=server.control)
        senders, listeners = Worker(sending), Worker(receiving)
        ready = await senders.enter(inner)
        await listeners.enter(msgspec.structs.replace(inner, role="receivers"))
        async with server.begin() as helpers:
            made_stand = Stand(server, helpers, senders, listeners, ready)
            made_stand.base = base
            await made_stand.warm_up()
            yield made_stand
