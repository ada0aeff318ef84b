"""The product under attack: real processes on PostgreSQL and a MinIO of its own, each of which can be killed."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import aiohttp

from deploy import configuration as conf
from deploy.configuration import Configuration
from deploy.folder import DataFolder
from deploy.stores import opened
from storage.build import Storage
from tests.chaos.plan import Choice, Part
from tests.support.clients import until
from tests.support.ports import free_ports
from tests.support.postgres import Postgres, running_postgres
from tests.support.product import Product

SEGMENT_SECONDS = 5
"""The shortest that is allowed, so that a short session has several files per track."""
_BACK_S = 60.0
_LOOK_S = 0.05
_PROCESSES = (Part.WEB, Part.SFU, Part.RECORDER, Part.JOBS)
_CHILD = {Part.STORE_AWAY: "store", Part.STORE: "store"}


class Installation:
    """``storage``: our own way to what the product has stored."""

    def __init__(self, product: Product, postgres: Postgres, configuration: Configuration, storage: Storage) -> None:
        self.product = product
        self.configuration = configuration
        self.folder = DataFolder(product.folder)
        self.storage = storage
        self._postgres = postgres

    async def strike(self, choice: Choice) -> tuple[int, float]:
        """Kill the part, and bring it back where the product does not. When, and after how many seconds it was back."""
        match choice.part:
            case Part.DATABASE | Part.DATABASE_AWAY:
                return await self._strike_database(choice.away_s)
            case Part.STORE_AWAY:
                return await self._hold_store_away(choice.away_s)
            case Part.STORE:
                return await self._strike_processes(self._minio_pid)
            case Part.ALL:
                return await self._strike_processes(*(partial(self._pid, part) for part in _PROCESSES), self._minio_pid)
            case _:
                return await self._strike_processes(partial(self._pid, choice.part))

    async def _strike_processes(self, *pids_of: Callable[[], int | None]) -> tuple[int, float]:
        pids = [await self._there(pid_of) for pid_of in pids_of]
        at = time.time_ns()
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        began = time.monotonic()
        dead = list(zip(pids_of, pids, strict=True))
        await until(lambda: all(pid_of() not in (None, pid) for pid_of, pid in dead), _BACK_S)
        await self.healthy()
        return at, time.monotonic() - began

    async def _there(self, pid_of: Callable[[], int | None]) -> int:
        """It may have just been killed by a loop before, and wait for its supervisor."""
        await until(lambda: pid_of() is not None, _BACK_S)
        pid = pid_of()
        assert pid is not None
        return pid

    async def _strike_database(self, away_s: float) -> tuple[int, float]:
        at, began = time.time_ns(), time.monotonic()
        self._postgres.kill()
        await asyncio.sleep(away_s)
        await asyncio.to_thread(self._postgres.start)
        await self.healthy()
        return at, time.monotonic() - began

    async def _hold_store_away(self, away_s: float) -> tuple[int, float]:
        """Its keeper is stopped, so that the supervisor believes it alive and starts no other."""
        keeper, server = await self._there(lambda: self._pid(Part.STORE)), await self._there(self._minio_pid)
        at, began = time.time_ns(), time.monotonic()
        os.kill(keeper, signal.SIGSTOP)
        try:
            os.kill(server, signal.SIGKILL)
            await asyncio.sleep(away_s)
        finally:
            os.kill(keeper, signal.SIGCONT)
        await self.healthy()
        return at, time.monotonic() - began

    async def healthy(self) -> None:
        """Until every part answers. Raises TimeoutError."""
        async with asyncio.timeout(_BACK_S), aiohttp.ClientSession() as client:
            url = f"{self.product.origin}/healthz"
            while not (self._pid(Part.JOBS) and await _answers(client, url)):  # noqa: ASYNC110  it has to be asked
                await asyncio.sleep(_LOOK_S)

    def _pid(self, part: Part) -> int | None:
        name = _CHILD.get(part, str(part))
        words = ["-m", "deploy", name]
        return next((pid for pid in _children(self.product.pid) if _command(pid)[1:4] == words), None)

    def _minio_pid(self) -> int | None:
        keeper = self._pid(Part.STORE)
        return next(iter(_children(keeper)), None) if keeper else None


async def _answers(client: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with client.get(url) as answer:
            parts = (await answer.json())["parts"]
    except (aiohttp.ClientError, OSError):
        return False
    return all(parts[name] == "ok" for name in ("database", "node", "recorder", "store"))


def _children(pid: int) -> list[int]:
    """A process that ended meanwhile has none."""
    with contextlib.suppress(OSError):
        threads = Path(f"/proc/{pid}/task").iterdir()
        return [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    return []


def _command(pid: int) -> list[str]:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return []


@asynccontextmanager
async def installation(folder: Path) -> AsyncIterator[Installation]:
    """Started; everything is ended at the end. ``folder`` becomes its data folder."""
    with running_postgres() as postgres:
        url = postgres.create()
        environment = {
            "DIEMCAU_DATABASE_URL": url,
            "DIEMCAU_RECORDING_SEGMENT_SECONDS": str(SEGMENT_SECONDS),
        }
        product = Product(folder, free_ports(), ("--store", "minio"), environment=environment)
        await product.start()
        try:
            wanted = {"data": str(folder), "store.kind": "minio", "web.port": product.port, "database_url": url}
            configuration = conf.load(None, wanted, {})
            async with opened(configuration, DataFolder(folder)) as storage:
                yield Installation(product, postgres, configuration, storage)
        finally:
            await product.stop()
