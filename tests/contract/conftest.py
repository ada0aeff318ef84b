"""The stores and databases under the contract. A further one is one more entry and its fixture's few lines."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bridge.ids import MonoNs, UtcNs
from bridge.ports import ObjectStore
from bridge.repositories import UnitOfWork
from storage import schema
from storage.engine import Database
from storage.objects.directory import DirectoryObjects
from storage.objects.minio import MinioObjects
from storage.unit import SqlUnits
from tests.support.databases import migrated
from tests.support.minio import MinioServer, running_minio
from tests.support.postgres import Postgres, running_postgres


class HandClock:
    """A clock that moves when a test says so."""

    def __init__(self) -> None:
        self.now_ns = 1_800_000_000_000_000_000

    def mono(self) -> MonoNs:
        """The same hand."""
        return MonoNs(self.now_ns)

    def utc(self) -> UtcNs:
        """The same hand."""
        return UtcNs(self.now_ns)

    async def reach(self, utc_ns: int) -> None:
        """Come to that time."""
        self.now_ns = utc_ns


class RealClock(HandClock):
    """The machine's, in whole seconds as of its making, so that times of a test are told apart by what it adds."""

    def utc(self) -> UtcNs:
        """Now."""
        return UtcNs(time.time_ns())

    async def reach(self, utc_ns: int) -> None:
        """Wait for that time: a server's clock cannot be moved."""
        await asyncio.sleep(max(0, utc_ns - time.time_ns()) / 1e9)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for all; each test has a database of its own."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Postgres) -> str:
    """The name of a database at the expected version, to be copied."""
    url = postgres.create()
    schema.migrate(url)
    return url.rpartition("/")[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database at the expected version."""
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        return server.create(request.getfixturevalue("migrated_postgres"))
    return migrated(tmp_path / "contract.db")


@pytest.fixture
async def units(database_url: str) -> AsyncIterator[SqlUnits]:
    """Units of work on that database."""
    database = Database(database_url)
    yield SqlUnits(database)
    await database.close()


@pytest.fixture
async def unit(units: SqlUnits) -> AsyncIterator[UnitOfWork]:
    """A writing unit that is undone; what one unit wrote it also reads."""
    async with units.writing() as unit:
        yield unit


@pytest.fixture(scope="session")
def minio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MinioServer]:
    """One server for all; each test has a bucket of its own."""
    with running_minio(tmp_path_factory.mktemp("minio")) as server:
        yield server


@pytest.fixture(params=["directory", "minio"])
def store_kind(request: pytest.FixtureRequest) -> str:
    """Which store the test runs on."""
    kind: str = request.param
    return kind


@pytest.fixture
def clock(store_kind: str) -> HandClock:
    """Moved by hand where the store takes our word for the time; a server has its own."""
    return RealClock() if store_kind == "minio" else HandClock()


@pytest.fixture
async def objects(
    request: pytest.FixtureRequest, store_kind: str, tmp_path: Path, clock: HandClock
) -> AsyncIterator[ObjectStore]:
    """An empty store."""
    if store_kind == "minio":
        server: MinioServer = request.getfixturevalue("minio")
        bucket = MinioObjects(server.bucket(deletable=""), clock)
        await bucket.prepare()
        yield bucket
        bucket.close()
        return
    store = DirectoryObjects(tmp_path / "objects", clock)
    await store.prepare()
    yield store
    store.close()
