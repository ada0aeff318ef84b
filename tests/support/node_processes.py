"""A house whose media nodes are processes of their own, to be killed."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bridge.events import RoomPlaced
from bridge.ids import NodeId
from bridge.media import Source
from bridge.model import Seat
from bridge.reception import Reception
from deploy.configuration import Configuration, MediaPart
from deploy.folder import DataFolder
from deploy.names import local_node
from deploy.points import Invitation, PointPlan
from tests.chaos.points import SteadyPoint
from tests.support.house import House
from tests.support.ports import free_ports


class HouseOfNodes(House):
    """``diemcau sfu`` so many times, each in the registry."""

    def __init__(self, folder: Path, workers: int) -> None:
        super().__init__(folder)
        self._workers = workers
        self._processes: dict[NodeId, asyncio.subprocess.Process] = {}
        port = free_ports()
        self._configuration = Configuration(data=str(folder / "nodes"), media=MediaPart(port=port, workers=workers))

    async def start_media(self) -> None:
        self.open.push_async_callback(self._end_nodes)
        await asyncio.gather(*(self.start_process(worker) for worker in range(1, self._workers + 1)))

    async def start_process(self, worker: int) -> None:
        """Until it is registered."""
        media = self._configuration.media
        node = local_node(self._configuration, DataFolder(self._configuration.folder), worker)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "deploy.cli", "sfu", "--data", self._configuration.data, "--worker", str(worker)),
            env={**os.environ, "DIEMCAU_MEDIA_PORT": str(media.port)},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        self._processes[node.id] = process
        await self.register(node)

    def signal_node(self, node: NodeId, number: signal.Signals) -> None:
        """As ``kill`` does."""
        self._processes[node].send_signal(number)

    async def _end_nodes(self) -> None:
        for process in self._processes.values():
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def node_of(self, reception: Reception) -> NodeId:
        """Where it is, as it is stored."""
        placed = [one for one in await self.server.events(reception.id) if isinstance(one, RoomPlaced)]
        return placed[-1].node

    def steady_point(self, reception: Reception, seat: Seat, code: int) -> SteadyPoint:
        """One that comes back by itself, as browsers do. Sends its camera."""

        async def invite() -> Invitation:
            return Invitation(f"http://127.0.0.1:{self.server.port}", self.server.token(reception.id, seat))

        return SteadyPoint(PointPlan(code, seat.name, publishes=(Source.CAMERA,)), invite, self.server.clock)


@asynccontextmanager
async def house_of_nodes(folder: Path, workers: int) -> AsyncIterator[HouseOfNodes]:
    """Started; closed at the end."""
    house = HouseOfNodes(folder, workers)
    async with house.open:
        await house.start()
        yield house
