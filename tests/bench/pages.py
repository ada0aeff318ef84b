"""``ONLY=pages``: the product on PostgreSQL with a province's three years in it.

Pages at 50 requests a second, whoever is slow (what comes late is late for the next one too); a control action from the
press to the last of 20 sockets; a thousand sockets in waiting areas of one web process, and how long it takes to end
under them. The generator, PostgreSQL and the product share the machine's cores. ``cpu``: share of one core; ``cpu_ms``:
of the web process for one request, of a kind of page when asked for alone, one after another; ``load``: the machine's
load average, by which one sees whether it had the cores for itself.
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
from tests.support.ports import free_ports
from tests.support.postgres import running_postgres
from tests.support.product import Product
from web.wire import JoinReply

RATE = 50
PAGES_GOAL_MS, CONTROL_GOAL_MS = 150.0, 200.0
SEATS, SOCKETS = 20, 1000
_ROOM = 50
_ACTIONS = 60
_ALONE = 60
_ENDS_S = 60.0
_IDLE_S = 15.0
_AT_ONCE = 8
_COLUMNS = (
    "what",
    "count",
    "p50_ms",
    "p95_ms",
    "goal_ms",
    "failed",
    "rss_mb",
    "cpu",
    "cpu_ms",
    "load",
    "ends_s",
    "skipped",
)
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
    rooms = [SEATS + 1, *(1 + min(_ROOM, sockets - begun) for begun in range(0, sockets, _ROOM))]
    filled = await asyncio.to_thread(fill, url, rooms)
    async with AsyncExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="dcbench-"))
        product = Product(Path(name) / "data", free_ports(), environment={"DIEMCAU_DATABASE_URL": url})
        await product.start()
        stack.push_async_callback(product.stop)
        client = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
        bench = _Bench(product, client, filled)
        await bench.paged(3.0, rate)  # templates compiled, connections open
        alone = await bench.alone()
        rows += [
            {**row, "cpu_ms": alone.get(str(row["what"]), row.get("cpu_ms"))}
            for row in await bench.paged(seconds, rate)
        ]
        rows += await bench.control()
        if sockets:
            rows.append(await bench.crowd(sockets))
            rows.append(await bench.end())


class _Bench:
    def __init__(self, product: Product, client: aiohttp.ClientSession, filled: Filled) -> None:
        self._product = product
        self._origin = product.origin
        self._client = client
        self._filled = filled
        self._crowd: list[LightSocket] = []
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

    async def alone(self) -> dict[str, float]:
        """Processor time of the web process in ms for one request of each kind, nothing else being asked meanwhile."""
        of_kind: dict[str, list[tuple[Someone, str]]] = {}
        for kind, who, path in islice(self._asked(), _ALONE * 9):
            of_kind.setdefault(kind, []).append((who, path))
        found: dict[str, float] = {}
        for kind, asked in of_kind.items():
            before = usage(self._web)
            for who, path in asked:
                await self._timed(kind, who, path, {}, {})
            found[kind] = round(1000 * (usage(self._web).cpu_s - before.cpu_s) / len(asked), 1)
        return found

    def _asked(self) -> Iterator[tuple[str, Someone, str]]:
        """In turn: the lists, the searches, the archive from its beginning, the reception, its room."""
        by = self._filled.by_login
        chairs = cycle([by["chair.000.00"], *(by[f"chair.{number:03}.00"] for number in range(1, 20))])
        archivists = cycle([by["archivist.000.02"], *(by[f"archivist.{number:03}.02"] for number in range(1, 10))])
        administrator, words, names = by["administrator.000.03"], cycle(_WORDS), cycle(_NAMES)
        for reception, chair in cycle(self._filled.today):
            yield "list of today", next(chairs), "/today"
            yield "list of receptions", next(chairs), "/receptions"
            yield "receptions search", next(chairs), f"/receptions?{urlencode({'title': next(words), 'when': 'past'})}"
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

    async def control(self) -> list[Row]:
        """From the chair's press until the last of the room's sockets has the view that shows it."""
        reception, people = self._filled.rooms[0]
        sockets = [await self._enter(reception, one) for one in people]
        times = {"mute": await self._muted(sockets[:-1]), "admit": await self._admitted(sockets)}
        await _closed(sockets)
        return [_row(f"{action} seen by {SEATS} sockets", found, CONTROL_GOAL_MS, 0) for action, found in times.items()]

    async def _muted(self, sockets: Sequence[LightSocket]) -> list[float]:
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
        return times

    async def _admitted(self, sockets: Sequence[LightSocket]) -> list[float]:
        """The last one waits, is let in (and has the room on its screen then), and is sent back."""
        chair, citizen, seat = sockets[0], sockets[-1], f"s{len(sockets) - 1}"
        times = []
        for _ in range(_ACTIONS):
            began = time.monotonic()
            revision = await chair.command(type="AdmitSeat", seat=seat)
            await asyncio.gather(*(one.sees(revision) for one in sockets))
            times.append(max(one.since(revision, began) for one in sockets))
            if citizen.waits:
                raise RuntimeError("let in, and not in the room")
            back = await chair.command(type="SendBack", seat=seat)
            await asyncio.gather(*(one.sees(back) for one in sockets))
            await asyncio.sleep(0.1)
        return times

    async def crowd(self, count: int) -> Row:
        """Memory with all of them in their waiting areas (and a chair in each room), and processor time while nothing
        happens. They stay."""
        empty, turns = usage(self._web), asyncio.Semaphore(_AT_ONCE)

        async def enter(reception: str, one: Someone) -> LightSocket:
            async with turns:
                return await self._enter(reception, one)

        wanted = [(reception, one) for reception, people in self._filled.rooms[1:] for one in people]
        tried = await asyncio.gather(*(enter(*one) for one in wanted), return_exceptions=True)
        sockets = [one for one in tried if isinstance(one, LightSocket)]
        before, began = usage(self._web), time.monotonic()
        await asyncio.sleep(_IDLE_S)
        waiting = sum(one.waits and not one.lost for one in sockets)
        row = dict(self._process(f"web with {waiting} waiting", before, time.monotonic() - began))
        row |= {"count": len(sockets), "failed": count - waiting, "empty_rss_mb": round(empty.rss_mb)}
        faults = [one for one in tried if isinstance(one, BaseException)]
        row["skipped"] = f"{type(faults[0]).__name__}: {str(faults[0])[:100]}" if faults else None
        self._crowd = sockets
        return row

    async def end(self) -> Row:
        """Of the web process, told to while all of them are there; the supervisor kills what takes longer than 15 s."""
        open_, began = sum(not one.lost for one in self._crowd), time.monotonic()
        stopping = asyncio.create_task(self._product.stop())
        await asyncio.to_thread(_gone, self._web, _ENDS_S)
        took = round(time.monotonic() - began, 1)
        await stopping
        await _closed(self._crowd)
        return {"what": f"web ends under {open_} sockets", "count": open_, "ends_s": took}

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


def _gone(pid: int, within_s: float) -> None:
    until = time.monotonic() + within_s
    while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
        time.sleep(0.05)


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
