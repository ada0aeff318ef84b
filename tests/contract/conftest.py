"""The stores and databases under the contract. A further one is one more entry and its fixture's few lines."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bridge.ids import MonoNs, UtcNs
from bridge.ports import ObjectStore
from storage import schema
from storage.engine import Database
from storage.objects.directory import DirectoryObjects
from storage.unit import SqlUnits
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


@pytest.fixture
def clock() -> HandClock:
    """Autumn 2027."""
    return HandClock()


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
    url = f"sqlite:///{tmp_path / 'contract.db'}"
    schema.migrate(url)
    return url


@pytest.fixture
async def units(database_url: str) -> AsyncIterator[SqlUnits]:
    """Units of work on that database."""
    database = Database(database_url)
    yield SqlUnits(database)
    await database.close()


@pytest.fixture(params=["directory"])
async def objects(request: pytest.FixtureRequest, tmp_path: Path, clock: HandClock) -> AsyncIterator[ObjectStore]:
    """An empty store."""
    assert request.param == "directory"
    store = DirectoryObjects(tmp_path / "objects", clock)
    await store.prepare()
    yield store
    store.close()
