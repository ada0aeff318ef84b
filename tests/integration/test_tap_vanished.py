"""A host that is lost says nothing, not even that it is gone: node and recorder notice within seconds, and go on when
it is back."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from bridge.control import TapOrder
from bridge.ids import MonoNs, NodeId, RecorderId, RecordingId, RoomId
from bridge.recorder_control import ArmOrder
from deploy.configuration import Configuration, RecordingPart
from deploy.folder import prepare
from deploy.machines import machine_lines
from deploy.time import SystemClock, SystemEntropy
from recorder.build import RecorderConfig, RecorderNodeProcess, build
from recorder.client import HttpRecorderNode
from sfu.core.router import Router
from sfu.peers.ground import Ground
from sfu.settings import SfuConfig
from sfu.tap import RoomTap
from sfu.transport.aiortc_private import new_certificate
from sfu.transport.port import MediaPort
from storage.objects.directory import DirectoryObjects
from tests.support.hosts import Host, hosts
from tests.support.namespace import NoNamespace, ip
from tests.support.recorder_process import RETAIN

RECORDING, ROOM = RecordingId("rec"), RoomId("room")
WITHIN_S = 30.0
"""TCP alone gives up after a quarter of an hour."""


class Line:
    """A node on one host, tapping to a recorder on another."""

    def __init__(self, folder: Path, node: Host, recorder: Host, ciphered: bool) -> None:
        self.folder, self.node, self.recorder = folder, node, recorder
        part = RecordingPart(tap=f"{recorder.address}:1")
        configuration = Configuration(data=str(folder / "data"), control_secret="same", recording=part)
        lines = machine_lines(configuration, prepare(configuration))
        self.answering, self.calling = (lines.answering, lines.calling) if ciphered else (None, None)
        self.objects = DirectoryObjects(folder / "objects", SystemClock())
        self.process: RecorderNodeProcess
        self.ground: Ground
        self.tap: RoomTap

    async def begin(self) -> None:
        """The recorder, armed, and the node's tap, connected."""
        await self.objects.prepare()
        config = RecorderConfig(
            recorder=RecorderId("recorder"),
            spool=self.folder / "spool",
            control_address=f"unix:{self.folder}/control.sock",
            tap_address=f"{self.recorder.address}:0",
            answering=self.answering,
            spool_reserve_bytes=0,
        )
        self.process = build(config, self.objects, SystemClock(), SystemEntropy())
        with self.recorder.entered():
            await self.process.start()
        api = HttpRecorderNode(config.control_address)
        await api.arm(RECORDING, ArmOrder(ROOM, f"recordings/{RECORDING}/", RETAIN))
        await api.close()
        self._tap(SystemClock(), SystemEntropy())

    def _tap(self, clock: SystemClock, entropy: SystemEntropy) -> None:
        core = Router()
        port = MediaPort(core, clock, entropy, new_certificate())
        config = SfuConfig(node=NodeId("node"), control="unix:nowhere", calling=self.calling, replay_seconds=WITHIN_S)
        self.ground = Ground(config, core, port, clock, entropy, publish=lambda event: None)
        order = TapOrder(RECORDING, self.process.recorder.tap_address, recording=True)
        self.tap = RoomTap(self.ground, ROOM, order)
        self.tap.start(self.tap.begin())

    def connections(self) -> set[object]:
        """Of the recorder."""
        found: set[object] = vars(vars(self.process.recorder)["_intake"])["_connections"]
        return set(found)

    def cut(self) -> None:
        """The cable of the node's host leads nowhere; both sides see their own end up."""
        ip("-n", self.recorder.name, "link", "set", "port1", "nomaster")

    def mend(self) -> None:
        ip("-n", self.recorder.name, "link", "set", "port1", "master", "br0")

    async def close(self) -> None:
        for task in list(self.ground.tasks):
            task.cancel()
        await asyncio.wait(self.ground.tasks)
        await self.process.close()
        self.objects.close()


@pytest.fixture
def two_hosts() -> Iterator[list[Host]]:
    try:
        with hosts(2) as found:
            yield found
    except NoNamespace as reason:
        pytest.skip(str(reason))


@pytest.fixture(params=[False, True], ids=["plain", "tls"])
async def line(tmp_path: Path, two_hosts: list[Host], request: pytest.FixtureRequest) -> AsyncIterator[Line]:
    node, recorder = two_hosts
    made = Line(tmp_path, node, recorder, request.param)
    with made.node.entered():
        await made.begin()
        yield made
        await made.close()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not true():  # noqa: ASYNC110  the kernel tells nobody
            await asyncio.sleep(0.05)


async def test_both_sides_notice_that_the_other_is_gone(line: Line) -> None:
    await until(lambda: line.tap.behind_ns() == MonoNs(0))
    [before] = line.connections()
    line.cut()
    await until(lambda: line.ground.counts["tap_vanished"] > 0)
    await until(lambda: before not in line.connections())
    line.mend()
    await until(lambda: line.tap.behind_ns() == MonoNs(0))
    assert line.tap.state in ("writing", "degraded")
