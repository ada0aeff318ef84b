"""The whole house in one process: sockets, database, media node, recorder, sealing; nothing faked but the web pages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bridge.ids import NodeId
from bridge.media import Source
from bridge.model import RecordingRow, Seat
from bridge.reception import Reception
from bridge.sealing import Sealing, SigningPorts
from bridge.verification import Judge
from deploy.heartbeats import Beating, Heartbeats, Keeper
from deploy.names import LOCAL_RECORDER, LocalNode
from deploy.places import RegisteredPlaces
from deploy.points import Invitation, Point, PointPlan
from deploy.time import SystemClock
from recorder.build import RecorderConfig
from recorder.build import build as build_recorder
from recorder.client import HttpRecorderNode
from recorder.places import listen, way_to
from sfu.build import MediaNodeServer
from sfu.build import build as build_node
from sfu.client import HttpMediaNode
from sfu.settings import SfuConfig
from storage.objects.address import S3Address
from storage.objects.build import build_objects
from storage.objects.directory import DirectoryObjects
from storage.objects.minio import MinioObjects
from tests.support.room_server import WITHIN_S, RoomServer, eventually
from tests.support.signing import signing_ports

LOCAL_NODE = NodeId("sfu-1")


class NoProcesses:
    """:class:`deploy.heartbeats.Keeper` of nodes that a test starts and ends itself."""

    def __init__(self) -> None:
        self.resting: set[str] = set()

    def pid(self, name: str) -> int | None:
        return None

    def rest(self, name: str) -> None:
        self.resting.add(name)

    def wake(self, name: str) -> None:
        self.resting.discard(name)


class House:
    """``server`` has the rooms; ``objects`` the store; ``sealing`` what jobs would run. ``clock`` is that of the rooms,
    ``node_clock`` that of the media node: two machines' wall clocks, one monotonic time."""

    def __init__(
        self,
        folder: Path,
        bucket: S3Address | None = None,
        clock: SystemClock | None = None,
        node_clock: SystemClock | None = None,
        replay_seconds: int = 20,
        segment_seconds: int = 60,
    ) -> None:
        self.folder = folder
        self._segment_seconds = segment_seconds
        self.clock = clock or SystemClock()
        self.node_clock = node_clock or self.clock
        self.replay_seconds = replay_seconds
        self.node: MediaNodeServer
        self.keeper: Keeper = NoProcesses()
        self._bucket = bucket
        self.open = AsyncExitStack()
        self.server: RoomServer
        self.objects: DirectoryObjects | MinioObjects
        self.signing: SigningPorts
        self.sealing: Sealing

    async def start(self) -> None:
        """Everything, ready."""
        recorder_control = f"unix:{self.folder / 'recorder.sock'}"
        self.server = RoomServer(self.folder, clock=self.clock)
        self.open.push_async_callback(self.server.close)  # the last: others use its database until they end
        recorders = {LOCAL_RECORDER: HttpRecorderNode(recorder_control)}
        places = self.server.places = RegisteredPlaces(
            self.server.units, self.clock, recorders, lambda address: HttpMediaNode(way_to(address))
        )
        clock, entropy = self.clock, self.server.entropy
        self.objects = build_objects(self._bucket or self.folder / "objects", clock)
        await self.objects.prepare()
        self.open.callback(self.objects.close)
        self.open.push_async_callback(places.close)
        await self.start_media()
        tap = f"unix:{self.folder / 'tap.sock'}"
        recording = RecorderConfig(
            LOCAL_RECORDER,
            self.folder / "spool",
            recorder_control,
            tap,
            segment_seconds=self._segment_seconds,
            spool_reserve_bytes=0,
        )
        recorder = build_recorder(recording, self.objects, clock, entropy)
        await recorder.start()
        self.open.push_async_callback(recorder.close)
        await self.server.start()
        self.open.push_async_callback(self.server.stop)
        self.signing = signing_ports(self.folder / "signing", clock)
        self.sealing = Sealing(self.server.units, self.objects, clock, self.signing, "test", retention_days=1)

    async def start_media(self) -> None:
        """A node in this process, and in the registry."""
        await self.start_node()
        self.open.push_async_callback(lambda: self.node.close())
        await self.register(LocalNode(LOCAL_NODE, 1, "sfu", f"unix:{self.folder / 'sfu.sock'}", 0))

    async def register(self, node: LocalNode) -> None:
        """Until it answers, and from then on while it does."""
        heartbeats = Heartbeats([Beating(node, "127.0.0.1", "", self.keeper)], self.server.units, self.clock)
        self.open.push_async_callback(heartbeats.close)
        beating = asyncio.create_task(heartbeats.run())
        self.open.push_async_callback(_ended, beating)
        await eventually(lambda: heartbeats.all_beat)

    async def start_node(self) -> None:
        """A new run of the media node; the one before was closed."""
        control = f"unix:{self.folder / 'sfu.sock'}"
        config = SfuConfig(node=LOCAL_NODE, control=control, replay_seconds=self.replay_seconds)
        self.node = build_node(config, self.node_clock, self.server.entropy, listen)
        await self.node.start()

    async def begun(self, part: int) -> None:
        """Until the recorder counts this part of the one recording."""
        async with asyncio.timeout(WITHIN_S):
            while not list((self.folder / "spool").glob(f"*/{part:03d}")):  # noqa: ASYNC110  the recorder tells nobody
                await asyncio.sleep(0.02)

    def point(self, reception: Reception, seat: Seat, code: int, *publishes: Source, per_second: float = 15.0) -> Point:
        """A point for this seat that has not joined yet."""

        async def invite() -> Invitation:
            return Invitation(f"http://127.0.0.1:{self.server.port}", self.server.token(reception.id, seat))

        plan = PointPlan(code, seat.name, per_second=per_second, publishes=publishes or (Source.CAMERA,))
        return Point(plan, invite, self.server.clock)

    async def judge(self) -> Judge:
        """Who trusts this house."""
        return Judge(self.signing.checker, await self.signing.known.trust())

    async def sealed(self, reception: Reception) -> RecordingRow:
        """Its recording, once what jobs would do is done."""
        async with asyncio.timeout(WITHIN_S):
            while True:
                await self.sealing.seal_all()
                async with self.server.units.reading() as unit:
                    rows = await unit.recordings.all()
                for row in rows:
                    if row.reception == reception.id and row.manifest_key:
                        return row
                await asyncio.sleep(0.05)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


@asynccontextmanager
async def whole_house(
    folder: Path,
    bucket: S3Address | None = None,
    clock: SystemClock | None = None,
    node_clock: SystemClock | None = None,
    replay_seconds: int = 20,
    segment_seconds: int = 60,
) -> AsyncIterator[House]:
    """Started; closed at the end. Objects lie in the folder, or in the bucket."""
    house = House(folder, bucket, clock, node_clock, replay_seconds, segment_seconds)
    async with house.open:
        await house.start()
        yield house
