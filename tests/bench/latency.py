"""``ONLY=latency``: how long a packet stays inside the node, at ten thousand packets a second out.

From the kernel's receive time to the return of the last send it caused, as the node itself notes
(:mod:`tests.bench.timed_node`). ``even``: publishers send each packet at its own time; ``bursts``: all of a
frame at once, without a goal.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec

from bridge.control import RoomOrder
from sfu.client import HttpMediaNode
from tests.bench.door_diemcau import ROOM
from tests.bench.media import clip
from tests.bench.namespaces import inside
from tests.bench.processes import running
from tests.bench.report import Row, table, write
from tests.bench.servers import answers
from tests.bench.serving import NOT_MEASURED, Load, Place, Server, nothing_more, placed, why_not
from tests.bench.stand import Stand, stand
from tests.bench.timed_node import Stay

COLUMNS = ("pace", "packets_s", "packets", "p50_ms", "p99_ms", "most_ms", "goal", "met", "skipped")
GOAL = "p50 ≤ 0.3 ms, p99 ≤ 3 ms"
_PUBLISHERS, _RECEIVERS = 2, 22
_PORT = 8081
_STAYS = "stays.json"
_WITHIN_S = 10.0
_SPARE_S = 120.0


async def latency(duration: float, build: Path) -> list[Row]:
    """A row for each pace, printed and written."""
    media = await asyncio.to_thread(clip, build)
    rows = [await _row(pace, duration, media) for pace in ("even", "bursts")]
    write(rows, build / "latency.json")
    print("\n" + table(rows, COLUMNS) + "\n")
    return rows


async def _row(pace: str, duration: float, media: Path) -> Row:
    try:
        async with AsyncExitStack() as stack:
            until_s = duration + _SPARE_S
            load = Load("diemcau", _PUBLISHERS, _RECEIVERS, media, until_s, bursts=pace == "bursts")
            place = placed(load, stack)
            ready = await stack.enter_async_context(stand(_timed, place))
            stay = await _stays(ready, duration, place.folder / _STAYS)
            _, received = await ready.counted()
            rate = round(received.rtp / ready.seconds)
    except NOT_MEASURED as fault:
        return {"pace": pace, "skipped": why_not(fault)}
    row: Row = {"pace": pace, "packets_s": rate, **msgspec.structs.asdict(stay), "skipped": None}
    if pace == "even":
        return {**row, "goal": GOAL, "met": "yes" if stay.p50_ms <= 0.3 and stay.p99_ms <= 3 else "no"}
    return row


async def _stays(made: Stand, duration: float, file: Path) -> Stay:
    os.kill(made.pid, signal.SIGUSR1)
    await made.slice(duration)
    os.kill(made.pid, signal.SIGUSR2)
    return msgspec.json.decode(await asyncio.to_thread(_written, file), type=Stay)


def _written(file: Path) -> bytes:
    """Once it is there. Raises TimeoutError."""
    for _ in range(int(_WITHIN_S / 0.1)):
        if file.exists():
            return file.read_bytes()
        time.sleep(0.1)
    raise TimeoutError("the node says nothing")


@asynccontextmanager
async def _timed(place: Place) -> AsyncIterator[Server]:
    control = f"unix:{place.folder / 'timed.sock'}"
    node = [sys.executable, "-m", "tests.bench.timed_node", control, place.hosts.server_address, str(_PORT)]
    command = inside(place.hosts.server, *node, str(place.folder / _STAYS))
    async with AsyncExitStack() as stack:
        process = await stack.enter_async_context(running("timed", command, place.folder))
        client = HttpMediaNode(control)
        stack.push_async_callback(client.close)
        await answers(client.health, process)
        await client.put_room(ROOM, RoomOrder(held=False))
        yield Server(process, control, nothing_more)
