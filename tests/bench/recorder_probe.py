"""A recorder as ``diemcau recorder`` starts it, whose loop is asked every 10 ms how late it is.

``python -m tests.bench.recorder_probe CONFIG FILE``: at its end FILE has a line per look: CLOCK_MONOTONIC in s,
lateness in s.
"""

import asyncio
import sys
import time
from pathlib import Path

import uvloop

from deploy.configuration import load
from deploy.processes import recorder

_EVERY_S = 0.01


async def _look(seen: list[tuple[float, float]]) -> None:
    while True:
        wanted = time.monotonic() + _EVERY_S
        await asyncio.sleep(_EVERY_S)
        seen.append((wanted, time.monotonic() - wanted))


async def _run(config: Path, results: Path) -> None:
    seen: list[tuple[float, float]] = []
    looking = asyncio.create_task(_look(seen))
    try:
        await recorder(load(config))
    finally:
        looking.cancel()
        results.write_text("".join(f"{at} {late}\n" for at, late in seen))  # noqa: ASYNC240  at the end


if __name__ == "__main__":
    uvloop.run(_run(Path(sys.argv[1]), Path(sys.argv[2])))
