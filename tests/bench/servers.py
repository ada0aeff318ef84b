"""The servers that are measured. Each starts as a process in the servers' namespace, or says why it cannot."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path

from bridge.control import RoomOrder, TapOrder
from bridge.errors import Unavailable
from bridge.ids import NS_PER_S, RecordingId
from bridge.recorder_control import ArmOrder
from deploy.configuration import Configuration, load
from deploy.folder import DataFolder, prepare
from deploy.names import local_node
from recorder.client import HttpRecorderNode
from recorder.places import way_to
from sfu.client import HttpMediaNode
from tests.bench.door_diemcau import ROOM, room_of
from tests.bench.door_ideal import table
from tests.bench.namespaces import inside
from tests.bench.processes import ROOT, ProcessFault, Running, running
from tests.bench.server_galene import galene
from tests.bench.serving import START_S, Place, Server, Skipped, Start, listens, nothing_more

_RETAIN_NS = 4_000_000_000 * NS_PER_S
_RECORDING = RecordingId("bench")
SECOND = "second worker"


# ── Điểm Cầu ─────────────────────────────────────────────────────────────────────────────────────────────────────


@asynccontextmanager
async def diemcau(place: Place, tapped: bool = False) -> AsyncIterator[Server]:
    """A media node, as ``diemcau up`` starts it; ``tapped``: and a recorder that writes the room."""
    folder = prepare(_configuration(place))
    async with AsyncExitStack() as stack:
        process, node, control = await _worker(place, 1, stack)
        begin = await _recorder(place, folder, node, stack) if tapped else nothing_more
        yield Server(process, control, begin)


@asynccontextmanager
async def diemcau_two(place: Place) -> AsyncIterator[Server]:
    """Two media processes with a port each; the second's figures stand beside the first's."""
    prepare(_configuration(place))
    async with AsyncExitStack() as stack:
        first, _, control = await _worker(place, 1, stack)
        second, _, other = await _worker(place, 2, stack)

        @asynccontextmanager
        async def begin() -> AsyncIterator[dict[str, int]]:
            yield {SECOND: second.pid}

        yield Server(first, f"{control} {other}", begin)


def _configuration(place: Place) -> Configuration:
    return load(overrides={"data": str(place.folder / "data"), "listen": place.hosts.server_address})


async def _worker(place: Place, number: int, stack: AsyncExitStack) -> tuple[Running, HttpMediaNode, str]:
    """Running, with its share of the rooms."""
    configuration = _configuration(place)
    options = ("--data", configuration.data, "--listen", configuration.listen, "--worker", str(number))
    command = inside(place.hosts.server, sys.executable, "-m", "deploy.cli", "sfu", *options)
    process = await stack.enter_async_context(running(f"sfu-{number}", command, place.folder))
    control = local_node(configuration, DataFolder(configuration.folder), number).control
    node = HttpMediaNode(way_to(control))
    stack.push_async_callback(node.close)
    await answers(node.health, process)
    for room in range(place.order.rooms):
        await node.put_room(room_of(room), RoomOrder(held=False))
    return process, node, control


async def _recorder(
    place: Place, folder: DataFolder, node: HttpMediaNode, stack: AsyncExitStack
) -> Callable[[], AbstractAsyncContextManager[dict[str, int]]]:
    command = inside(place.hosts.server, sys.executable, "-m", "deploy.cli", "recorder", "--data", str(folder.root))
    process = await stack.enter_async_context(running("recorder", command, place.folder))
    recorder = HttpRecorderNode(folder.socket("recorder"))
    stack.push_async_callback(recorder.close)
    await answers(recorder.health, process)

    @asynccontextmanager
    async def recording() -> AsyncIterator[dict[str, int]]:
        await recorder.arm(_RECORDING, ArmOrder(ROOM, "recordings/bench/", _RETAIN_NS))
        await node.put_tap(ROOM, TapOrder(_RECORDING, folder.socket("tap"), recording=True))
        await recorder.started(_RECORDING)
        yield {"recorder": process.pid}
        await node.delete_tap(ROOM)
        await recorder.finished(_RECORDING)

    return recording


@asynccontextmanager
async def diemcau_tap(place: Place) -> AsyncIterator[Server]:
    """Recorded as in production."""
    async with diemcau(place, tapped=True) as server:
        yield server


async def answers(ask: Callable[[], object], process: Running) -> None:
    """Until its health is known."""
    for _ in range(int(START_S / 0.1)):
        try:
            await ask()  # type: ignore[misc]
        except Unavailable:
            if process.process.returncode is not None:
                break
            await asyncio.sleep(0.1)
        else:
            return
    raise ProcessFault(f"{process.name} does not answer\n{process.said()}")


# ── the least that C can do ──────────────────────────────────────────────────────────────────────────────────────

_SOURCE = ROOT / "tests/bench/ideal.c"


@asynccontextmanager
async def ideal(place: Place, *arguments: str) -> AsyncIterator[Server]:
    """``ideal.c``, compiled now."""
    program = await _compiled(place.folder / "ideal")
    command = inside(place.hosts.server, str(program), *arguments)
    async with running("ideal", command, place.folder, speaks=True) as process:
        process.say(table(place.order))
        await process.line(START_S)
        yield Server(process, "", nothing_more)


async def _compiled(program: Path) -> Path:
    compiler = shutil.which("gcc")
    if compiler is None:
        raise Skipped("no compiler (apt-get install gcc)")
    command = (compiler, "-O2", "-Wall", "-o", str(program), str(_SOURCE), "-lsrtp2")
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    if process.returncode:
        raise Skipped(f"does not compile (apt-get install libsrtp2-dev): {said.decode().splitlines()[0]}")
    return program


# ── Janus ────────────────────────────────────────────────────────────────────────────────────────────────────────

_JANUS_PORT = 8188
_LIBRARIES = ("plugins", "transports")


@asynccontextmanager
async def janus(place: Place) -> AsyncIterator[Server]:
    """Debian's, with its VideoRoom and nothing else."""
    program = shutil.which("janus")
    if program is None:
        raise Skipped("not installed (apt-get install janus)")
    configuration = place.folder / "janus"
    _write_janus(configuration, place.hosts.server_address)
    command = inside(place.hosts.server, program, "--configs-folder", str(configuration), "--disable-colors")
    async with running("janus", command, place.folder) as process:
        await listens(process, _JANUS_PORT)
        yield Server(process, f"ws://{place.hosts.server_address}:{_JANUS_PORT}", nothing_more)


def _write_janus(folder: Path, address: str) -> None:
    installed = next(Path("/usr/lib").glob("*/janus/plugins"), None)
    if installed is None:
        raise Skipped("its plugins are not where Debian puts them")
    others = {
        kind: ",".join(
            path.name
            for path in (installed.parent / kind).glob("*.so")
            if path.name not in ("libjanus_videoroom.so", "libjanus_websockets.so")
        )
        for kind in _LIBRARIES
    }
    folder.mkdir()
    (folder / "janus.jcfg").write_text(
        f"""
general: {{
    configs_folder = "{folder}"
    plugins_folder = "{installed}"
    transports_folder = "{installed.parent / "transports"}"
    debug_level = 3
    interface = "{address}"
    session_timeout = 0
}}
media: {{ rtp_port_range = "20000-40000" }}
nat: {{ ice_enforce_list = "{address}" }}
plugins: {{ disable = "{others["plugins"]}" }}
transports: {{ disable = "{others["transports"]}" }}
"""
    )
    (folder / "janus.plugin.videoroom.jcfg").write_text("general: { }\n")
    (folder / "janus.transport.websockets.jcfg").write_text(
        f'general: {{ json = "compact", ws = true, ws_port = {_JANUS_PORT}, ws_ip = "{address}" }}\n'
    )


SERVERS: dict[str, tuple[str, Start]] = {
    "diemcau": ("diemcau", diemcau),
    "diemcau+tap": ("diemcau", diemcau_tap),
    "galene": ("galene", galene),
    "ideal": ("ideal", ideal),
    "janus": ("janus", janus),
}
"""By row name: which door leads in, and how it starts."""
