"""What every measured server has in common."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from tests.bench.namespaces import Hosts
from tests.bench.orders import WorkOrder
from tests.bench.processes import ProcessFault, Running

START_S = 20.0


class Skipped(Exception):
    """Why this server is not measured here, in one line."""


class Place(NamedTuple):
    """Where a server runs, for whom, and where its files go."""

    hosts: Hosts
    order: WorkOrder
    """As the publishers get it, but for ``control``."""
    folder: Path


class Server(NamedTuple):
    """Running. ``begin``: everybody is in, the measurement is about to start."""

    process: Running
    control: str
    begin: Callable[[], AbstractAsyncContextManager[dict[str, int]]]
    """Inside, what belongs to the row runs (a recording, stored whole at its end); gives the process ids of helpers by
    name."""


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
