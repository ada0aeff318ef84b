"""The database away, damaged, full or locked: always the one refusal, and nothing made by accident."""

import asyncio
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bridge.errors import Code, Unavailable
from bridge.repositories import AuditEntry
from storage import engine, schema
from storage.engine import Database, Kind
from storage.unit import SqlUnits
from tests.support.waits import holds

ENTRY = AuditEntry(1, "a", "b", "c", "done")


async def append(database: Database) -> None:
    """One writing unit."""
    async with SqlUnits(database).writing() as unit:
        await unit.audit.append(ENTRY)
        await unit.commit()


async def pragma(database: Database, name: str) -> object:
    """A setting of a connection in use."""
    async with database.transaction(Kind.READS) as connection:
        return (await connection.execute(text(f"PRAGMA {name}"))).scalar()


@pytest.mark.parametrize(
    ("name", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)]
)
async def test_every_connection_is_set_up(database: Database, name: str, value: object) -> None:
    assert await pragma(database, name) == value


@pytest.mark.parametrize("kind", Kind)
async def test_who_is_cancelled_leaves_neither_a_connection_nor_a_lock(path: Path, kind: Kind) -> None:
    """At any moment: while it is opened, while it is used, while it is given back."""
    held = set(threading.enumerate())

    async def use(database: Database) -> None:
        async with database.transaction(kind) as connection:
            await connection.execute(text("SELECT 1"))

    for tenth_ms in range(100):
        database = Database(f"sqlite:///{path}")
        using = asyncio.ensure_future(use(database))
        await asyncio.sleep(tenth_ms / 10_000)
        using.cancel()
        await asyncio.wait([using])
        await database.close()
        with closing(sqlite3.connect(path, timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")
    await holds(lambda: held.issuperset(threading.enumerate()))


async def test_a_missing_file_is_away_and_not_made(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'missing.db'}")
    with pytest.raises(Unavailable) as refused:
        await append(database)
    assert refused.value.code is Code.STORAGE_UNAVAILABLE
    assert not (tmp_path / "missing.db").exists()
    await database.close()


async def test_a_missing_folder_is_away(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'gone' / 'x.db'}")
    with pytest.raises(Unavailable):
        await append(database)
    await database.close()


async def test_a_path_with_signs_of_an_address_is_a_path(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a%3Fb%23c d.db"
    schema.migrate(url)
    database = Database(url)
    await append(database)
    await database.close()
    assert (tmp_path / "a?b#c d.db").exists()


async def test_a_damaged_file_is_away(path: Path, database: Database) -> None:
    await asyncio.to_thread(path.write_bytes, b"not a database, whatever its name" * 1000)
    with pytest.raises(Unavailable):
        await append(database)


async def test_a_full_disk_keeps_nothing_of_the_unit(path: Path, database: Database) -> None:
    await append(database)

    async def too_much() -> None:
        async with database.transaction(Kind.WRITES) as connection:
            # The limit of pages stands for the disk: SQLite then answers the same SQLITE_FULL.
            await connection.execute(text("PRAGMA max_page_count = 1"))
        async with SqlUnits(database).writing() as unit:
            for _ in range(100):
                await unit.outbox.add("kind", "subject", "x" * 10_000, 1)
            await unit.commit()

    with pytest.raises(Unavailable, match="full"):
        await too_much()
    async with SqlUnits(database).reading() as unit:
        assert await unit.outbox.pending(10) == []
        assert await unit.audit.head() is not None


async def test_another_programs_write_is_waited_for(path: Path, database: Database) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        appending = asyncio.ensure_future(append(database))
        async with SqlUnits(database).reading() as unit:
            assert await unit.audit.head() is None
        other.execute("COMMIT")
        await appending


async def test_a_write_that_never_ends_makes_it_away(
    path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_S", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="locked"):
            await append(database)
    await append(database)


async def test_connections_are_given_back(database: Database) -> None:
    for _ in range(engine.POOL * 3):
        await append(database)
        with pytest.raises(LookupError):
            await fail(database)
    await append(database)


async def fail(database: Database) -> None:
    """A unit that ends with an error."""
    async with SqlUnits(database).writing():
        raise LookupError


async def test_more_readers_than_connections_take_turns(database: Database) -> None:
    async def read() -> None:
        async with SqlUnits(database).reading() as unit:
            await unit.audit.head()

    await asyncio.gather(*(read() for _ in range(engine.POOL * 4)))


async def test_closing_twice_is_harmless(path: Path) -> None:
    database = Database(f"sqlite:///{path}")
    await append(database)
    await database.close()
    await database.close()


async def test_a_missing_table_is_not_called_away(path: Path, database: Database) -> None:
    """A fault of this program must not read like one of the disk."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("DROP TABLE audit_entries")
    with pytest.raises(Exception, match="no such table") as raised:
        await append(database)
    assert not isinstance(raised.value, Unavailable)
