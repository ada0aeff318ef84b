"""A migrated database of SQLite, empty and open."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.engine import Database
from tests.support.databases import migrated


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A migrated database."""
    path = tmp_path / "diemcau.db"
    migrated(path)
    return path


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    """Open on it."""
    database = Database(f"sqlite:///{path}")
    yield database
    await database.close()
