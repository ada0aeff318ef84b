"""The command ``diemcau`` beside a running product, as whoever runs an installation types it; and a short reception."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack

import msgspec

from bridge.commands import CloseReception, StartReception
from tests.chaos.session import Cast
from tests.support.clients import until
from tests.support.product import Product, Visitor
from web.wire import RecordingsPage, RecordingView

WITHIN_S = 60.0


class Said(msgspec.Struct, frozen=True):
    """What a command said, and its exit code."""

    code: int
    text: str


async def diemcau(*words: str, environment: Mapping[str, str] | None = None) -> Said:
    """Run to its end."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "deploy.cli", *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(environment or {}), "COLUMNS": "200", "NO_COLOR": "1"},
    )
    return Said(done.returncode, done.stdout + done.stderr)


async def recorded(product: Product, people: Cast) -> str:
    """A reception of two points, live until both see each other; the id of its recording, sealed and checked."""
    reception = await people.reception()
    async with AsyncExitStack() as stack:
        points = [people.point(login, reception, code) for code, login in enumerate(("chutri", "coquan"), start=1)]
        for point in points:
            stack.push_async_callback(point.close)
            await point.join()
        await points[0].command(StartReception("back-up"))
        now_ms = time.time_ns() // 1_000_000
        await until(lambda: all(point.sees_after(now_ms + 500) for point in points), WITHIN_S)
        await points[0].command(CloseReception())
    async with product.reader("luutru") as archivist:
        return await _sealed(archivist, reception)


async def _sealed(archivist: Visitor, reception: str) -> str:
    async with asyncio.timeout(WITHIN_S):
        while True:
            rows = await listed(archivist)
            for row in rows:
                if row.reception == reception and row.state == "verified":
                    return row.id
            await asyncio.sleep(0.2)


async def listed(archivist: Visitor) -> tuple[RecordingView, ...]:
    """The archive."""
    return msgspec.json.decode((await archivist.get("/api/recordings")).body, type=RecordingsPage).recordings
