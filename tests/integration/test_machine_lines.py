"""Node and recorder on two machines: who does not have the installation's key is refused and said so, nothing is in the
clear, and a line that is cut or a recorder that restarts loses nothing."""

import asyncio
import logging
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from bridge.control import RoomOrder, TapOrder, TrackPublished
from bridge.errors import Unavailable
from bridge.ids import NodeId, RecorderId, RecordingId, RoomId
from bridge.jobfigures import Buckets, JobsFigures
from bridge.journal import GapDeclared, parse_journal
from bridge.media import Source
from bridge.recorder_control import ArmOrder
from bridge.tap import FrameKind, Hello, pack_declaration, pack_frame
from deploy.configuration import Configuration, RecordingPart
from deploy.folder import prepare
from deploy.jobsapi import HttpJobs, JobsApi
from deploy.machines import MachineLines, machine_lines
from deploy.time import SystemClock, SystemEntropy
from recorder.build import RecorderConfig, RecorderNodeProcess, build
from recorder.client import HttpRecorderNode
from recorder.places import listen, way_to
from sfu.build import build as build_node
from sfu.client import HttpMediaNode
from sfu.settings import SfuConfig
from storage.objects.directory import DirectoryObjects
from tests.support.recorder_process import RETAIN
from tests.support.sfu_clients import ROOM, WITHIN_S, Tone, stage
from tests.support.tap_node import moment
from tests.support.tcp_line import TcpLine
from tests.support.waits import holds

RECORDING = RecordingId("rec")
SECRET = "the same on all machines"
KEY_REFUSED = "does not have this installation's secrets/machines.pem and was refused"


def of_machine(folder: Path, pem: Path | None = None) -> MachineLines:
    """As a machine has them in whose folder this file was put; without it, its own."""
    configuration = Configuration(data=str(folder), control_secret=SECRET, recording=RecordingPart(tap="10.0.0.1:1"))
    data = prepare(configuration)
    if pem is not None:
        (data.root / "secrets" / "machines.pem").write_bytes(pem.read_bytes())
    return machine_lines(configuration, data)


class Machines:
    """A recorder on one, a node on another that has the first one's key, and a stranger with a key of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.recorders = of_machine(folder / "first")
        self.nodes = of_machine(folder / "second", folder / "first" / "secrets" / "machines.pem")
        self.strangers = of_machine(folder / "stranger")
        self.objects = DirectoryObjects(folder / "objects", SystemClock())
        self.process: RecorderNodeProcess
        self.control = self.tap = "127.0.0.1:0"

    async def begin(self) -> None:
        """The recorder, at the addresses that it had."""
        config = RecorderConfig(
            recorder=RecorderId("recorder-1"),
            spool=self.folder / "spool",
            control_address=self.control,
            tap_address=self.tap,
            secret=SECRET,
            answering=self.recorders.answering,
            spool_reserve_bytes=0,
        )
        self.process = build(config, self.objects, SystemClock(), SystemEntropy())
        await self.process.start()
        self.control, self.tap = self.process.control.address, self.process.recorder.tap_address

    def api(self, lines: MachineLines) -> HttpRecorderNode:
        return HttpRecorderNode(self.control, SECRET, lines.calling)


@pytest.fixture
async def machines(tmp_path: Path) -> AsyncIterator[Machines]:
    made = Machines(tmp_path)
    await made.objects.prepare()
    await made.begin()
    try:
        yield made
    finally:
        await made.process.close()
        made.objects.close()


@asynccontextmanager
async def armed(machines: Machines) -> AsyncIterator[HttpRecorderNode]:
    api = machines.api(machines.nodes)
    try:
        await api.arm(RECORDING, ArmOrder(ROOM, f"recordings/{RECORDING}/", RETAIN))
        yield api
    finally:
        await api.close()


async def answer_to_hello(address: str, calling: ssl.SSLContext | None) -> bytes:
    """What a tap connection is given for its HELLO; empty when it is cut off."""
    host, _, port = address.rpartition(":")
    hello = Hello(1, NodeId("node"), ROOM, RECORDING, moment(0.0))
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(WITHIN_S):
            reader, writer = await asyncio.open_connection(host, int(port), ssl=calling)
            writer.write(pack_frame(FrameKind.HELLO, 0, 0, 0, pack_declaration(hello)))
            return await reader.read(65_536)
    except OSError:
        return b""
    finally:
        if writer is not None:
            writer.transport.abort()


def without_certificate() -> ssl.SSLContext:
    """Takes any recorder for the right one, and shows nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """What was logged; each refusal is said, however many there were just before."""
    monkeypatch.setattr("recorder.door.SAID_EVERY_S", 0.0)
    caplog.set_level(logging.WARNING)
    return lambda: caplog.text


async def until_said(said: Callable[[], str], who: str = r"127\.0\.0\.1:\d+") -> None:
    """Who connected is told once both have ended the line."""
    await holds(lambda: re.search(f"{who}, which connected, {KEY_REFUSED}: \\w", said()) is not None)


async def test_a_machine_with_the_key_is_taken(machines: Machines, said: Callable[[], str]) -> None:
    async with armed(machines):
        assert await answer_to_hello(machines.tap, machines.nodes.calling)
    assert KEY_REFUSED not in said()


@pytest.mark.parametrize("kind", ["another key", "no key", "no TLS"])
async def test_who_does_not_have_it_feeds_no_recording(machines: Machines, said: Callable[[], str], kind: str) -> None:
    calling = {"another key": machines.strangers.calling, "no key": without_certificate(), "no TLS": None}[kind]
    async with armed(machines):
        assert await answer_to_hello(machines.tap, calling) == b""
        await until_said(said)
        assert await answer_to_hello(machines.tap, machines.nodes.calling)  # it goes on


async def test_a_false_recorder_is_told_nothing(machines: Machines, said: Callable[[], str]) -> None:
    heard = bytearray()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            heard.extend(await reader.read())
        writer.close()

    false = await asyncio.start_server(listen, "127.0.0.1", 0, ssl=machines.strangers.answering)
    async with false:
        assert await answer_to_hello(f"127.0.0.1:{false.sockets[0].getsockname()[1]}", machines.nodes.calling) == b""
    assert f"127.0.0.1, which was called, {KEY_REFUSED}" in said()
    assert heard == b""


async def test_orders_go_the_same_way(machines: Machines, tmp_path: Path, said: Callable[[], str]) -> None:
    """The secret is asked for too, and does not go over the line in the clear."""
    config = SfuConfig(node=NodeId("n"), control="127.0.0.1:0", secret=SECRET)
    async with AsyncExitStack() as stack:
        server = build_node(
            config, SystemClock(), SystemEntropy(), partial(listen, answering=machines.recorders.answering)
        )
        await server.start()
        stack.push_async_callback(server.close)
        line = await stack.enter_async_context(TcpLine(server.control))

        def client(lines: MachineLines, secret: str = SECRET) -> HttpMediaNode:
            made = HttpMediaNode(way_to(line.address, lines.calling), secret=secret)
            stack.push_async_callback(made.close)
            return made

        own = client(machines.nodes)
        await own.put_room(RoomId("room"), RoomOrder(held=False))
        assert (await own.health()).rooms == 1
        with pytest.raises(Exception, match="bearer secret"):
            await client(machines.nodes, "another").health()
        with pytest.raises(Unavailable):
            await client(machines.strangers).health()
        assert SECRET.encode() not in line.heard
        with pytest.raises(Unavailable):
            await client(MachineLines()).health()
        await until_said(said)
    stranger_api = machines.api(machines.strangers)
    with pytest.raises(Unavailable):
        await stranger_api.health()
    await stranger_api.close()


async def test_figures_of_the_jobs_go_the_same_way(machines: Machines) -> None:
    quiet = JobsFigures("1", (), {}, None, Buckets((), 0.0), 0.0, 0.0, 0)

    async def figures() -> JobsFigures:
        return quiet

    api = JobsApi("127.0.0.1:0", SECRET, figures, machines.recorders.answering)
    await api.start()
    async with TcpLine(api.address) as line:
        assert await HttpJobs(line.address, SECRET, machines.nodes.calling).figures() == quiet
        with pytest.raises(Unavailable):
            await HttpJobs(line.address, SECRET, machines.strangers.calling).figures()
        assert SECRET.encode() not in line.heard
        with pytest.raises(Unavailable):
            await HttpJobs(line.address, SECRET).figures()
    await api.close()


async def until_fed(line: TcpLine, more: int = 40_000) -> None:
    """So many more bytes went to the recorder."""
    until = len(line.heard) + more
    async with asyncio.timeout(WITHIN_S):
        while len(line.heard) < until:  # noqa: ASYNC110  a line tells nobody
            await asyncio.sleep(0.02)


async def test_a_cut_line_and_a_restarted_recorder_lose_nothing(machines: Machines, tmp_path: Path) -> None:
    async with (
        armed(machines) as api,
        TcpLine(machines.tap) as line,
        stage(tmp_path, calling=machines.nodes.calling) as room,
    ):
        ann = await room.join("ann")
        await ann.publish({Source.MICROPHONE: Tone()})
        await room.saw(TrackPublished)
        await room.node.put_tap(ROOM, TapOrder(RECORDING, line.address, recording=True))
        await api.started(RECORDING)
        await until_fed(line)
        line.cut()
        await until_fed(line)
        assert line.opened == 2
        await machines.process.close()
        await machines.begin()
        await until_fed(line)
        await room.node.delete_tap(ROOM)
        status = await api.finished(RECORDING)
        assert status.journal is not None
        journal = b"".join([chunk async for chunk in machines.objects.read(status.journal)])
        gaps = [entry for entry in parse_journal(journal) if isinstance(entry, GapDeclared)]
        assert {gap.packets for gap in gaps} <= {0}  # the sender shares this loop, and stands still when it does
        assert b"microphone" not in line.heard  # it said which track that is, to the recorder alone
        assert RECORDING.encode() + b'"' not in line.heard
