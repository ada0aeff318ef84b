"""``ONLY=record``: what recording costs, and how long after ``closed`` a recording is sealed.

Cost: CPU of the recorder process from START until everything is stored (taking in, log, muxing, hashing, storing), by
recorded time and participant (720p VP8 at 1.5 Mb/s and Opus). Sealing: the product as users start it, three synthetic
points, from the answer to "close" until the archive lists the recording as sealed.
"""

import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import msgspec

from bridge.commands import CloseReception, StartReception
from bridge.errors import Refusal
from bridge.model import Role
from deploy.points import Point, PointPlan
from deploy.time import SystemClock
from tests.bench.figures import percentile, usage
from tests.bench.media import clip
from tests.bench.report import Row, table, write
from tests.bench.servers import diemcau_tap
from tests.bench.serving import NOT_MEASURED, Load, placed, why_not
from tests.bench.stand import publishing
from tests.support.product import Product, Visitor, product
from web.wire import RecordingsPage

GOAL_PERCENT = 1.0
_PUBLISHERS = 4
_SPARE_S = 60.0
_RECEPTIONS = 5
_LIVE_S = 5.0
_SEALED_WITHIN_S = 60.0
_LOOK_EVERY_S = 0.02
_SEATS = {
    "chutri": ("Trần Thị Chủ Trì", Role.CHAIR),
    "coquan": ("Phạm Đại Diện Sở", Role.AGENCY),
    "congdan": ("Nguyễn Văn Công Dân", Role.CITIZEN),
}
_COLUMNS = (
    "what",
    "participants",
    "core_percent_each",
    "goal",
    "rss_mb",
    "stored_s",
    "times",
    "p50_s",
    "p95_s",
    "skipped",
)


async def record(duration: float, build: Path) -> list[Row]:
    """Both, printed and written."""
    rows = [await _cost(duration, build), await _sealing()]
    write(rows, build / "record.json")
    print(table(rows, _COLUMNS) + "\n", flush=True)
    return rows


# ── what the recorder uses ───────────────────────────────────────────────────────────────────────────────────────


async def _cost(duration: float, build: Path) -> Row:
    media = await asyncio.to_thread(clip, build)
    try:
        return await _measured(Load("diemcau", _PUBLISHERS, 0, media, duration + _SPARE_S), duration)
    except NOT_MEASURED as fault:
        return {"what": "recorder", "core_percent_each": None, "skipped": why_not(fault)}


async def _measured(load: Load, duration: float) -> Row:
    async with AsyncExitStack() as stack:
        place = placed(load, stack)
        server = await stack.enter_async_context(diemcau_tap(place))
        await stack.enter_async_context(publishing(place, server))
        async with server.begin() as helpers:
            pid, began = helpers["recorder"], time.monotonic()
            before = usage(pid)
            await asyncio.sleep(duration)
            stopped = time.monotonic()
        after, stored_s = usage(pid), time.monotonic() - stopped
    share = (after.cpu_s - before.cpu_s) * 100 / (stopped - began) / _PUBLISHERS
    return {
        "what": "recorder",
        "participants": _PUBLISHERS,
        "core_percent_each": round(share, 2),
        "goal": GOAL_PERCENT,
        "rss_mb": round(after.rss_mb, 1),
        "stored_s": round(stored_s, 2),
    }


# ── closed to sealed ─────────────────────────────────────────────────────────────────────────────────────────────


async def _sealing() -> Row:
    times: list[float] = []
    failed = ""
    with tempfile.TemporaryDirectory(prefix="dcbench-") as name:
        try:
            async with product(Path(name) / "data") as running_product:
                while len(times) < _RECEPTIONS:
                    times.append(await _closed_to_sealed(running_product))
        except (RuntimeError, TimeoutError, Refusal) as fault:
            failed = f"failed after {len(times)}: {type(fault).__name__}: {str(fault)[:300]}"
    return {
        "what": "closed to sealed",
        "participants": len(_SEATS),
        "times": len(times),
        "p50_s": round(percentile(times, 0.5), 2),
        "p95_s": round(percentile(times, 0.95), 2),
        "skipped": failed or None,
    }


async def _closed_to_sealed(installation: Product) -> float:
    """One short reception; seconds. Raises TimeoutError."""
    async with AsyncExitStack() as stack:
        chair = await stack.enter_async_context(installation.reader("chutri"))
        reception = await chair.schedule("Bench", dict(_SEATS.values()))
        await chair.open_doors(reception)
        points = []
        for code, (login, (seat, _)) in enumerate(_SEATS.items(), start=1):
            visitor = await stack.enter_async_context(installation.reader(login))
            points.append(_point(visitor, reception, code, seat))
            stack.push_async_callback(points[-1].close)
        for point in points[:2]:
            await point.join()
        await points[0].command(StartReception("bench"))
        await points[2].join()
        await asyncio.sleep(_LIVE_S)
        await points[0].command(CloseReception())
        closed = time.monotonic()
        archivist = await stack.enter_async_context(installation.reader("luutru"))
        await _until_sealed(archivist, reception)
        return time.monotonic() - closed


def _point(visitor: Visitor, reception: str, code: int, name: str) -> Point:
    return Point(PointPlan(code, name), partial(visitor.invitation, reception), SystemClock())


async def _until_sealed(archivist: Visitor, reception: str) -> None:
    async with asyncio.timeout(_SEALED_WITHIN_S):
        while True:
            answer = await archivist.get("/api/recordings")
            rows = msgspec.json.decode(answer.body, type=RecordingsPage).recordings
            if any(row.reception == reception and row.state == "sealed" for row in rows):
                return
            await asyncio.sleep(_LOOK_EVERY_S)
