"""``ONLY=together``: thirty receivers join a room of two publishers at once; until each has its first whole picture.

Light clients, all in one process: on a small machine its own thirty handshakes are a good part of what is seen.
"""

import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec

from tests.bench.figures import percentile
from tests.bench.joining import Joined
from tests.bench.media import clip
from tests.bench.namespaces import inside
from tests.bench.processes import running
from tests.bench.report import Row, table, write
from tests.bench.servers import diemcau
from tests.bench.serving import NOT_MEASURED, Load, placed, why_not
from tests.bench.stand import publishing

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
    except NOT_MEASURED as fault:
        row = {**asked, "skipped": why_not(fault)}
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
        place = placed(Load("diemcau", 2, _POINTS, media, _SECONDS), stack)
        server = await stack.enter_async_context(diemcau(place))
        order = await stack.enter_async_context(publishing(place, server))
        await asyncio.sleep(_WARM_UP_S)
        command = inside(place.hosts.client, sys.executable, "-m", "tests.bench.joining")
        joining = await stack.enter_async_context(running("joining", command, place.folder, speaks=True))
        joining.say(msgspec.json.encode(order).decode())
        return msgspec.json.decode(await joining.line(_WITHIN_S), type=Joined)
