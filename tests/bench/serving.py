"""What every measured server has in common."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from tests.bench.namespaces import Hosts, NoNamespaces, hosts
from tests.bench.orders import WorkOrder
from tests.bench.processes import ProcessFault, Running

START_S = 20.0


class Skipped(Exception):
    """Why this server is not measured here, in one line."""


NOT_MEASURED = (Skipped, NoNamespaces, ProcessFault, OSError)
"""What keeps one row from being measured, and the next not."""


def why_not(fault: Exception) -> str:
    """In one line: that it cannot be had here, or that it failed."""
    said = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
    return said if isinstance(fault, Skipped | NoNamespaces) else f"failed: {said}"


class Load(NamedTuple):
    """Light clients, and the server (its door) they come to. ``clip``: what is sent; ``seconds``: after which workers
    end, whatever happens; ``bursts``: a frame's packets at once."""

    door: str
    publishers: int
    receivers: int
    clip: Path
    seconds: float
    rooms: int = 1
    bursts: bool = False


class Place(NamedTuple):
    """Where a server runs, for whom, and where its files go."""

    hosts: Hosts
    order: WorkOrder
    """As the publishers get it, but for ``control``."""
    folder: Path


def placed(load: Load, stack: ExitStack | AsyncExitStack, number: int = 0) -> Place:
    """Two hosts of its own (pair ``number``) and a folder, as long as ``stack``. Raises NoNamespaces."""
    made = stack.enter_context(hosts(number))
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dcbench-")))
    order = WorkOrder(
        role="publishers",
        door=load.door,
        publishers=load.publishers,
        receivers=load.receivers,
        rooms=load.rooms,
        address=made.client_address,
        server=made.server_address,
        control="",
        clip=str(load.clip),
        bursts=load.bursts,
        seconds=load.seconds,
    )
    return Place(made, order, folder)


class Server(NamedTuple):
    """Running. ``begin``: everybody is in, the measurement is about to start."""

    process: Running
    control: str
    begin: Callable[[], AbstractAsyncContextManager[dict[str, int]]]
    """Inside, what belongs to the row runs (a recording, stored whole at its end); gives the process ids of helpers by
    name."""


Start = Callable[[Place], AbstractAsyncContextManager[Server]]


@asynccontextmanager
async def nothing_more() -> AsyncIterator[dict[str, int]]:
    yield {}


def is_listening(pid: int, port: int) -> bool:
    """As the kernel of its namespace tells. proc(5), net/tcp: local port in hexadecimal, state 0A."""
    return any(
        f":{port:04X} " in line and " 0A " in line
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()
    )


async def listens(process: Running, port: int) -> None:
    """Its TCP port is open. Raises ProcessFault."""
    for _ in range(int(START_S / 0.1)):
        if process.process.returncode is not None:
            break
        if is_listening(process.pid, port):
            return
        await asyncio.sleep(0.1)
    raise ProcessFault(f"{process.name} does not listen on port {port}\n{process.said()}")
