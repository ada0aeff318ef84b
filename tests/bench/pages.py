"""``ONLY=pages``: the product on PostgreSQL with a province's three years in it.

Pages at 50 requests a second, whoever is slow (what comes late is late for the next one too); a control action from the
press to the last of 20 sockets; a thousand sockets in waiting rooms of one web process. The generator, PostgreSQL and
the product share the machine's cores. ``cpu``: share of one core; ``cpu_ms``: of the web process for one request;
``load``: the machine's load average, by which one sees whether it had the cores for itself.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import msgspec
import pytest

from tests.bench.figures import Usage, percentile, usage
from tests.bench.light_socket import LightSocket
from tests.bench.pages_data import Filled, Someone, fill
from tests.bench.report import Row, table, write
from tests.support.postgres import running_postgres
from tests.support.product import Product, free_ports
from web.wire import JoinReply

RATE = 50
PAGES_GOAL_MS, CONTROL_GOAL_MS = 150.0, 200.0
SEATS, SOCKETS = 20, 1000
_ROOM = 50
_ACTIONS = 60
_IDLE_S = 15.0
_AT_ONCE = 8
_COLUMNS = ("what", "count", "p50_ms", "p95_ms", "goal_ms", "failed", "rss_mb", "cpu", "cpu_ms", "load", "skipped")
_WORDS = ("dat dai", "moi truong", "khieu nai", "xay dung")
_NAMES = ("nguyen an", "tran binh", "dang minh")


async def pages(seconds: float, rate: int, sockets: int, build: Path) -> list[Row]:
    """All rows, printed and written."""
    rows: list[Row] = []
    try:
        with running_postgres() as server:
            await _measured(server.create(), seconds, rate, sockets, rows)
    except (pytest.skip.Exception, RuntimeError, TimeoutError, aiohttp.ClientError) as fault:
        rows.append({"what": "the rest", "skipped": f"{type(fault).__name__}: {str(fault)[:300]}"})
    write(rows, build / "pages.json")
    print(table(rows, _COLUMNS) + "\n", flush=True)
    return rows


async def _measured(url: str, seconds: float, rate: int, sockets: int, rows: list[Row]) -> None:
    rooms = [SEATS, *(min(_ROOM, sockets - begun) for begun in range(0, sockets, _ROOM))]
    filled = await asyncio.to_thread(fill, url, rooms)
    async with AsyncExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="dcbench-"))
        product = Product(Path(name) / "data", free_ports(), environment={"DIEMCAU_DATABASE_URL": url})
        await product.start()
        stack.push_async_callback(product.stop)
        client = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        bench = _Bench(product, client, filled)
        await bench.paged(3.0, rate)  # templates compiled, connections open
        rows += await bench.paged(seconds, rate)
        rows.append(await bench.control())
        if sockets:
            rows.append(await bench.crowd(sockets))


class _Bench:
    def __init__(self, product: Product, client: aiohttp.ClientSession, filled: Filled) -> None:
        self._origin = product.origin
        self._client = client
        self._filled = filled
        self._cookie = f"diemcau-{product.port}"
        self._web = next(pid for pid in product.children() if b"web" in Path(f"/proc/{pid}/cmdline").read_bytes())

    # ── pages ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def paged(self, seconds: float, rate: int) -> list[Row]:
        """One row for each kind of page, one for the process."""
        times: dict[str, list[float]] = {}
        failed: dict[str, int] = {}
        before, began = usage(self._web), time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number, (kind, who, path) in enumerate(islice(self._asked(), int(seconds * rate))):
                await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
                group.create_task(self._timed(kind, who, path, times, failed))
        rows: list[Row] = [_row(kind, found, PAGES_GOAL_MS, failed.get(kind, 0)) for kind, found in times.items()]
        asked = sum(map(len, times.values()))
        used = 1000 * (usage(self._web).cpu_s - before.cpu_s) / asked
        process = self._process(f"web at {rate} requests/s", before, time.monotonic() - began)
        return [*rows, {**process, "count": asked, "cpu_ms": round(used, 1), "load": round(os.getloadavg()[0], 1)}]

    def _asked(self) -> Iterator[tuple[str, Someone, str]]:
        """In turn: today's list, the two searches, the archive from its beginning, the reception, its room."""
        by = self._filled.by_login
        chairs = cycle([by["chair.000.00"], *(by[f"chair.{number:03}.00"] for number in range(1, 20))])
        archivists = cycle([by["archivist.000.02"], *(by[f"archivist.{number:03}.02"] for number in range(1, 10))])
        administrator, words, names = by["administrator.000.03"], cycle(_WORDS), cycle(_NAMES)
        for reception, chair in cycle(self._filled.today):
            yield "list of today", next(chairs), "/today"
            yield "archive list", next(archivists), "/archive"
            yield "archive search", next(archivists), f"/archive?{urlencode({'title': next(words)})}"
            yield "archive search, person", next(archivists), f"/archive?{urlencode({'person': next(names)})}"
            yield "people search", administrator, f"/setup/people?{urlencode({'q': next(names)})}"
            yield "reception page", chair, f"/receptions/{reception}"
            yield "room page", chair, f"/receptions/{reception}/room"

    async def _timed(
        self, kind: str, who: Someone, path: str, times: dict[str, list[float]], failed: dict[str, int]
    ) -> None:
        began = time.monotonic()
        async with self._client.get(self._origin + path, headers=self._as(who), allow_redirects=False) as answer:
            await answer.read()
        times.setdefault(kind, []).append(time.monotonic() - began)
        if answer.status != 200:
            failed[kind] = failed.get(kind, 0) + 1

    def _as(self, who: Someone) -> dict[str, str]:
        return {"Cookie": f"{self._cookie}={who.secret}", "X-CSRF-Token": "bench-csrf", "Accept-Language": "vi"}

    # ── sockets ────────────────────────────────────────────────────────────────────────────────────────────────

    async def control(self) -> Row:
        """From the chair's press of "mute" until the last of the room's sockets has the view that shows it."""
        reception, people = self._filled.rooms[0]
        sockets = [await self._enter(reception, one) for one in people]
        chair, speaker = sockets[0], sockets[1]
        times = []
        for _ in range(_ACTIONS):
            opened = await speaker.command(type="SetMicrophone", open=True)
            await asyncio.gather(*(one.sees(opened) for one in sockets))
            began = time.monotonic()
            revision = await chair.command(type="MuteParticipant", participant=speaker.participant)
            await asyncio.gather(*(one.sees(revision) for one in sockets))
            times.append(max(one.since(revision, began) for one in sockets))
            await asyncio.sleep(0.1)
        await _closed(sockets)
        return _row(f"mute seen by {len(sockets)} sockets", times, CONTROL_GOAL_MS, 0)

    async def crowd(self, count: int) -> Row:
        """Memory with all of them in their waiting rooms, and processor time while nothing happens."""
        empty, turns = usage(self._web), asyncio.Semaphore(_AT_ONCE)

        async def enter(reception: str, one: Someone) -> LightSocket:
            async with turns:
                return await self._enter(reception, one)

        wanted = [(reception, one) for reception, people in self._filled.rooms[1:] for one in people]
        tried = await asyncio.gather(*(enter(*one) for one in wanted), return_exceptions=True)
        sockets = [one for one in tried if isinstance(one, LightSocket)]
        before, began = usage(self._web), time.monotonic()
        await asyncio.sleep(_IDLE_S)
        row = dict(self._process(f"web with {len(sockets)} sockets", before, time.monotonic() - began))
        lost = sum(one.lost for one in sockets)
        row |= {"count": len(sockets), "failed": count - len(sockets) + lost, "empty_rss_mb": round(empty.rss_mb)}
        faults = [one for one in tried if isinstance(one, BaseException)]
        row["skipped"] = f"{type(faults[0]).__name__}: {str(faults[0])[:100]}" if faults else None
        await _closed(sockets)
        return row

    async def _enter(self, reception: str, who: Someone) -> LightSocket:
        address = f"{self._origin}/api/receptions/{reception}/join"
        async with self._client.post(address, headers=self._as(who)) as answer:
            body = await answer.read()
            if answer.status != 200:
                raise RuntimeError(f"join: {answer.status} {body[:200]!r}")
        socket = LightSocket()
        await socket.enter(self._client, self._origin, msgspec.json.decode(body, type=JoinReply).token)
        return socket

    def _process(self, what: str, before: Usage, seconds: float) -> Row:
        """``cpu``: share of one core."""
        now = usage(self._web)
        return {"what": what, "rss_mb": round(now.rss_mb), "cpu": round((now.cpu_s - before.cpu_s) / seconds, 2)}


async def _closed(sockets: Sequence[LightSocket]) -> None:
    await asyncio.gather(*(one.close() for one in sockets))


def _row(what: str, seconds: Sequence[float], goal: float, failed: int) -> Row:
    milliseconds = [1000 * one for one in seconds]
    return {
        "what": what,
        "count": len(seconds),
        "p50_ms": round(percentile(milliseconds, 0.5), 1),
        "p95_ms": round(percentile(milliseconds, 0.95), 1),
        "goal_ms": goal,
        "failed": failed,
    }
