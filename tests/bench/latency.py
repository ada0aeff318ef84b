"""``ONLY=latency``: how long a packet stays inside the node, at ten thousand packets a second out.

From the kernel's receive time to the return of the last send it caused, as the server itself notes
(:mod:`tests.bench.timed_node`, and ``ideal.c`` as the least that is possible here). ``even``: publishers send each
packet at its own time; ``bursts``: all of a frame at once, without a goal. Both servers stand ready and take turns.
"""

import asyncio
import os
import signal
import sys
import time
from array import array
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bridge.control import RoomOrder
from recorder.places import way_to
from sfu.client import HttpMediaNode
from tests.bench.door_diemcau import ROOM
from tests.bench.figures import US_PER_S, percentile
from tests.bench.media import clip
from tests.bench.namespaces import inside
from tests.bench.processes import ProcessFault, running
from tests.bench.report import Row, table, write
from tests.bench.servers import answers, ideal
from tests.bench.serving import NOT_MEASURED, Load, Place, Server, nothing_more, placed, why_not
from tests.bench.stand import Stand, stand

COLUMNS = (
    "load", "pace", "server", "packets_s", "us_per_packet", "packets", "p50_ms", "p99_ms", "most_ms", "goal", "met",
    "skipped",
)  # fmt: skip
GOAL = "p50 ≤ 0.3 ms, p99 ≤ 3 ms"
_PORT = 8081
_WITHIN_S = 10.0
_SPARE_S = 180.0
_SLICE_S = 4.0
_NS_PER_MS = 1_000_000


class Paced(NamedTuple):
    """Publishers, others who receive them all, and how packets are spread."""

    publishers: int
    receivers: int
    pace: str

    @property
    def has_goal(self) -> bool:
        """Ten thousand packets a second out, each publisher's packets evenly spaced."""
        return self.publishers == 2 and self.pace == "even"


LOADS = (Paced(2, 22, "even"), Paced(2, 22, "bursts"), Paced(10, 10, "even"))


async def latency(duration: float, build: Path) -> list[Row]:
    """A row for each load and server, printed and written."""
    media = await asyncio.to_thread(clip, build)
    rows = [row for load in LOADS for row in await _rows(load, duration, media)]
    write(rows, build / "latency.json")
    print("\n" + table(rows, COLUMNS) + "\n")
    return rows


async def _rows(load: Paced, duration: float, media: Path) -> list[Row]:
    """All servers under one load, in turns."""
    async with AsyncExitStack() as stack:
        timed: dict[str, _Timed] = {}
        faults: dict[str, Exception] = {}
        for number, name in enumerate(_SERVERS):
            try:
                timed[name] = await _ready(name, number, load, media, stack)
            except NOT_MEASURED as fault:
                faults[name] = fault
        turns = max(1, round(duration / _SLICE_S))
        for _ in range(turns):
            for name, one in list(timed.items()):
                try:
                    await one.slice(duration / turns)
                except (ProcessFault, OSError) as fault:
                    del timed[name]
                    faults[name] = fault
        rows = [await timed[name].row() if name in timed else {"skipped": why_not(faults[name])} for name in _SERVERS]
    return [
        {"load": f"{load.publishers}x{load.receivers}", "pace": load.pace, "server": name, **row, **_judged(load, row)}
        for name, row in zip(_SERVERS, rows, strict=True)
    ]


def _judged(load: Paced, row: Row) -> Row:
    p50, p99 = row.get("p50_ms"), row.get("p99_ms")
    if not load.has_goal or not isinstance(p50, float) or not isinstance(p99, float):
        return {}
    return {"goal": GOAL, "met": "yes" if p50 <= 0.3 and p99 <= 3 else "no"}


async def _ready(name: str, number: int, load: Paced, media: Path, stack: AsyncExitStack) -> "_Timed":
    """Everybody connected. Raises Skipped, NoNamespaces, ProcessFault, OSError."""
    async with AsyncExitStack() as own:
        wanted = Load(name, load.publishers, load.receivers, media, _SPARE_S, bursts=load.pace == "bursts")
        place = placed(wanted, own, number)
        file = place.folder / "stays"
        ready = await own.enter_async_context(stand(partial(_SERVERS[name], file), place))
        stack.push_async_exit(own.pop_all())
        return _Timed(ready, file)


class _Timed:
    """One server, its stays of all slices."""

    def __init__(self, made: Stand, file: Path) -> None:
        self._stand = made
        self._file = file
        self._stays = array("q")

    async def slice(self, seconds: float) -> None:
        """Media flows for so long. Raises ProcessFault, OSError (TimeoutError)."""
        self._file.unlink(missing_ok=True)
        os.kill(self._stand.pid, signal.SIGUSR1)
        await self._stand.slice(seconds)
        os.kill(self._stand.pid, signal.SIGUSR2)
        self._stays.frombytes(await asyncio.to_thread(_written, self._file))

    async def row(self) -> Row:
        """Of everything so far."""
        _, received = await self._stand.counted()
        return {
            "packets_s": round(received.rtp / self._stand.seconds),
            "us_per_packet": round(self._stand.cpu_s * US_PER_S / max(received.rtp, 1), 2),
            "packets": len(self._stays),
            "p50_ms": percentile(self._stays, 0.5) / _NS_PER_MS,
            "p99_ms": percentile(self._stays, 0.99) / _NS_PER_MS,
            "most_ms": max(self._stays, default=0) / _NS_PER_MS,
            "skipped": None,
        }


def _written(file: Path) -> bytes:
    """Once it is there. Raises TimeoutError."""
    for _ in range(int(_WITHIN_S / 0.1)):
        if file.exists():
            return file.read_bytes()
        time.sleep(0.1)
    raise TimeoutError("the server says nothing")


@asynccontextmanager
async def _timed_node(file: Path, place: Place) -> AsyncIterator[Server]:
    control = f"unix:{place.folder / 'timed.sock'}"
    node = [sys.executable, "-m", "tests.bench.timed_node", control, place.hosts.server_address, str(_PORT), str(file)]
    async with AsyncExitStack() as stack:
        process = await stack.enter_async_context(running("timed", inside(place.hosts.server, *node), place.folder))
        client = HttpMediaNode(way_to(control))
        stack.push_async_callback(client.close)
        await answers(client.health, process)
        await client.put_room(ROOM, RoomOrder(held=False))
        yield Server(process, control, nothing_more)


@asynccontextmanager
async def _timed_ideal(file: Path, place: Place) -> AsyncIterator[Server]:
    async with ideal(place, str(file)) as server:
        yield server


_SERVERS: dict[str, Callable[[Path, Place], AbstractAsyncContextManager[Server]]] = {
    "diemcau": _timed_node,
    "ideal": _timed_ideal,
}
"""By the name of their door."""
