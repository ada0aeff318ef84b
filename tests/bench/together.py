"""``ONLY=together``: thirty receivers join a room of two publishers at once; until each has its first whole picture.

Light clients, all in one process: on a small machine its own thirty handshakes are a good part of what is seen.
"""

import asyncio
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec

from tests.bench.figures import percentile
from tests.bench.joining import Joined
from tests.bench.media import clip
from tests.bench.namespaces import NoNamespaces, hosts, inside
from tests.bench.orders import WorkOrder
from tests.bench.processes import ProcessFault, Worker, running, worker_command
from tests.bench.report import Row, table, write
from tests.bench.servers import diemcau
from tests.bench.serving import Place, Skipped

COLUMNS = ("what", "joins", "failed", "p50_s", "p95_s", "most_s", "skipped")
_POINTS = 30
_WARM_UP_S = 2.0
_WITHIN_S = 60.0
_SECONDS = 120.0


async def together(rounds: int, build: Path) -> list[Row]:
    """One row over all rounds, printed and written."""
    media = await asyncio.to_thread(clip, build)
    asked: Row = {"what": f"{_POINTS} at once, to the first whole picture"}
    try:
        joined = [await _round(media) for _ in range(rounds)]
        row = {**asked, **_figures(joined), "skipped": None}
    except (Skipped, NoNamespaces) as reason:
        row = {**asked, "skipped": str(reason)}
    except (ProcessFault, OSError) as fault:
        row = {**asked, "skipped": f"failed: {str(fault).splitlines()[0]}"}
    write([row], build / "together.json")
    print(table([row], COLUMNS) + "\n", flush=True)
    return [row]


def _figures(joined: list[Joined]) -> Row:
    times = [seconds for one in joined for seconds in one.seconds]
    return {
        "joins": len(times),
        "failed": sum(one.failed for one in joined),
        "p50_s": round(percentile(times, 0.5), 3),
        "p95_s": round(percentile(times, 0.95), 3),
        "most_s": round(max(times, default=0.0), 3),
    }


async def _round(media: Path) -> Joined:
    async with AsyncExitStack() as stack:
        made = stack.enter_context(hosts())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dcbench-")))
        order = WorkOrder(
            role="publishers",
            door="diemcau",
            publishers=2,
            receivers=_POINTS,
            address=made.client_address,
            server=made.server_address,
            control="",
            clip=str(media),
            seconds=_SECONDS,
        )
        server = await stack.enter_async_context(diemcau(Place(made, order, folder)))
        order = msgspec.structs.replace(order, control=server.control)
        worker = inside(made.client, *worker_command())
        senders = Worker(await stack.enter_async_context(running("publishers", worker, folder, speaks=True)))
        await senders.enter(order)
        await asyncio.sleep(_WARM_UP_S)
        command = inside(made.client, sys.executable, "-m", "tests.bench.joining")
        joining = await stack.enter_async_context(running("joining", command, folder, speaks=True))
        joining.say(msgspec.json.encode(order).decode())
        return msgspec.json.decode(await joining.line(_WITHIN_S), type=Joined)
