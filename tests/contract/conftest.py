"""The stores and databases under the contract. A further one is one more entry and its fixture's few lines."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.ids import MonoNs, UtcNs
from bridge.ports import ObjectStore
from storage import schema
from storage.engine import Database
from storage.objects.directory import DirectoryObjects
from storage.unit import SqlUnits


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


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database at the expected version."""
    assert request.param == "sqlite"
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
