"""Migrations: they lead to the tables, on a copy, and refuse what they cannot do."""

import asyncio
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, column, create_engine, insert, inspect, table

from bridge.errors import Unavailable
from bridge.ledger import line_of
from bridge.repositories import AuditEntry
from storage import schema
from storage.engine import Database
from storage.migrating import alembic_config
from storage.tables import metadata
from storage.unit import SqlUnits
from tests.support.databases import migrated
from tests.unit.bridge.receptions import recorded, scheduled_event

FIRST_COLUMNS = (
    "id", "reception", "agency", "title", "state", "prefix", "began_utc_ns", "recorder", "journal_key",
    "manifest_key", "manifest_version", "manifest_sha256", "bytes", "points", "faults",
)  # fmt: skip
"""Of a recording, as the first version had them and wanted them filled."""
INSERT = insert(table("recordings", *(column(name) for name in FIRST_COLUMNS)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is to be."""
    return tmp_path / "data" / "diemcau.db"


@pytest.fixture
def url(path: Path) -> str:
    """As the configuration has it."""
    return f"sqlite:///{path}"


def run(path: Path, *statements: str) -> None:
    """Change the database behind the program's back."""
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_from_empty_to_head_is_what_the_tables_say(url: str) -> None:
    assert schema.current(url) is None
    assert schema.migrate(url) == schema.expected() == schema.current(url)
    schema.check(url)
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        found = inspect(connection)
        for table in metadata.tables.values():
            names = {str(index["name"]) for index in found.get_indexes(table.name)}
            assert {str(index.name) for index in table.indexes} <= names
    engine.dispose()


def test_a_new_database_is_its_owners_alone(url: str, path: Path) -> None:
    schema.migrate(url)
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in path.parent.iterdir()) == ["diemcau.db", "diemcau.db.lock"]


def test_at_the_expected_version_nothing_happens(url: str, path: Path) -> None:
    schema.migrate(url)
    before = path.stat()
    schema.migrate(url)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_no_database_is_refused_in_one_line(url: str, path: Path) -> None:
    with pytest.raises(schema.SchemaRefused, match="holds no database yet") as refused:
        schema.check(url)
    assert "\n" not in str(refused.value)
    assert not path.exists()


def test_an_older_version_is_refused_until_migrated(url: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    schema.migrate(url)
    monkeypatch.setattr(schema, "expected", lambda: "9999")
    with pytest.raises(schema.SchemaRefused, match="has version 0015, this program needs 9999: stop"):
        schema.check(url)


@pytest.mark.parametrize("step", [schema.check, schema.migrate])
def test_an_unknown_version_is_left_alone(url: str, path: Path, step: Callable[[str], object]) -> None:
    schema.migrate(url)
    run(path, "UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    with pytest.raises(schema.SchemaRefused, match="has version 9999, which this program does not know"):
        step(url)
    assert path.read_bytes() == before


def test_an_existing_file_is_migrated_on_a_copy(url: str, path: Path) -> None:
    path.parent.mkdir()
    run(path, "PRAGMA journal_mode = WAL", "CREATE TABLE older (word TEXT)", "INSERT INTO older VALUES ('kept')")
    inode = path.stat().st_ino
    schema.migrate(url)
    assert path.stat().st_ino != inode
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT word FROM older").fetchall() == [("kept",)]


def at_version(url: str, path: Path, version: str) -> Engine:
    """A database as that version left it."""
    path.parent.mkdir()
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    engine = create_engine(url)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
        connection.commit()
    return engine


SCHEDULED = (
    "INSERT INTO reception_events VALUES ('r', 1, 1, 'a', "
    """'{"type":"ReceptionScheduled","title":"","kind":"regular","starts_utc_ns":7,"seats":["""
    """{"id":"s","account":"b","role":"chair","point":"p","point_name":"P"},"""
    """{"id":"t","account":"a","role":"citizen","point":"p","point_name":"P"}]}')"""
)


def test_people_and_seats_of_before_are_found_afterwards(url: str, path: Path) -> None:
    at_version(url, path, "0003").dispose()
    run(
        path,
        "INSERT INTO agencies VALUES ('x', 'X', 'central', NULL)",
        "INSERT INTO accounts VALUES ('a', 'an.do', 'Đỗ Thị Ân', '[]', 'x', NULL, '', 'vi', 0, 0)",
        "INSERT INTO receptions VALUES ('r', '', 'x', 7, 'planned', 0, 2, NULL, NULL, NULL)",
        SCHEDULED,
        "INSERT INTO reception_events VALUES ('r', 2, 1, 'a', '{}')",
        "INSERT INTO recording_people VALUES ('c', 'Ân', 'p', 'chair', 'P', ' an')",
        "INSERT INTO recordings (id, reception, agency, title, state, prefix, began_utc_ns, recorder, journal_key, "
        "manifest_key, manifest_version, manifest_sha256, bytes, points, faults) "
        "VALUES ('c', 'r', 'x', '', 'sealed', '', 9, '', '', '', '', '', 0, 0, 0)",
    )
    schema.migrate(url)
    with closing(sqlite3.connect(path)) as after:
        assert after.execute("SELECT words FROM accounts").fetchall() == [(" do thi an an do",)]
        assert after.execute("SELECT account, starts_utc_ns FROM reception_seats ORDER BY account").fetchall() == [
            ("a", 7),
            ("b", 7),
        ]
        assert after.execute("SELECT agency, began_utc_ns FROM recording_people").fetchall() == [("x", 9)]


def test_titles_of_before_are_found_afterwards(url: str, path: Path) -> None:
    engine = at_version(url, path, "0001")
    with engine.connect() as connection:
        kept = {name: 0 if name in ("began_utc_ns", "bytes", "points", "faults") else "x" for name in FIRST_COLUMNS}
        connection.execute(INSERT, kept | {"title": "Khiếu nại về ĐẤT"})
        connection.commit()
    engine.dispose()
    schema.migrate(url)
    with closing(sqlite3.connect(path)) as connection_after:
        assert connection_after.execute("SELECT title_words FROM recordings").fetchall() == [(" khieu nai ve dat",)]


def test_receptions_of_before_are_listed_afterwards(url: str, path: Path) -> None:
    at_version(url, path, "0004").dispose()
    event = recorded([scheduled_event()])[0]
    text = line_of(event).event.replace('"public":false,"note":"",', "")
    text = text.replace(',"public":false,"note":""', "")
    assert "public" not in text
    run(path, "INSERT INTO receptions VALUES ('r1', 'Đất', 'office', 1, 'planned', 0, 4, NULL, NULL, NULL)")
    with closing(sqlite3.connect(path)) as connection_before:
        connection_before.execute("INSERT INTO reception_events VALUES ('r1', 1, 1, 'a', ?)", (text,))
        connection_before.commit()
    schema.migrate(url)
    with closing(sqlite3.connect(path)) as connection_after:
        row = connection_after.execute("SELECT kind, public, points, title_words FROM receptions").fetchone()
        seats = connection_after.execute("SELECT account, role FROM reception_seats ORDER BY seat").fetchall()
    assert row == ("regular", 0, '["central", "province", "commune"]', " t")
    assert seats == [("agency", "agency"), ("chair", "chair"), ("citizen", "citizen"), ("secretary", "secretary")]


def test_a_migration_that_fails_leaves_the_original(url: str, path: Path) -> None:
    path.parent.mkdir()
    run(path, "CREATE TABLE recordings (id TEXT)", "INSERT INTO recordings VALUES ('kept')")
    before = path.read_bytes()
    with pytest.raises(Exception, match="already exists"):
        schema.migrate(url)
    assert path.read_bytes() == before
    assert sorted(file.name for file in path.parent.iterdir()) == ["diemcau.db", "diemcau.db.lock"]


def test_what_a_killed_migration_left_is_no_hindrance(url: str, path: Path) -> None:
    path.parent.mkdir()
    for left in ("diemcau.db.migrating", "diemcau.db.migrating-journal"):
        (path.parent / left).write_bytes(b"half")
    schema.migrate(url)
    schema.check(url)


async def test_a_database_in_use_is_not_migrated(url: str, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    schema.migrate(url)
    database = Database(url)
    async with SqlUnits(database).reading():
        run(path, "DELETE FROM alembic_version")
        with pytest.raises(schema.SchemaRefused, match="in use: stop the program"):
            await asyncio.to_thread(schema.migrate, url)
    await database.close()


def test_a_file_that_another_program_reads_is_not_migrated(url: str, path: Path) -> None:
    path.parent.mkdir()
    run(path, "PRAGMA journal_mode = WAL", "CREATE TABLE older (word TEXT)")
    with closing(sqlite3.connect(path)) as reader:
        assert reader.execute("SELECT * FROM older").fetchall() == []
        with pytest.raises(schema.SchemaRefused, match="in use by another program"):
            schema.migrate(url)


def test_what_is_no_database_is_unavailable(url: str, path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(os.urandom(8192))
    with pytest.raises(Unavailable):
        schema.check(url)


def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="must be a file"):
        schema.migrate("sqlite:///:memory:")


@pytest.mark.parametrize("table", ["audit_entries", "reception_events", "access_events", "fixity_checks"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET at_utc_ns = 2", "DELETE FROM {}"])
async def test_what_happened_cannot_be_changed(url: str, path: Path, table: str, verb: str) -> None:
    migrated(path)
    database = Database(url)
    async with SqlUnits(database).writing() as unit:
        await unit.audit.append(AuditEntry(1, "a", "b", "c", "done"))
        await unit.commit()
    await database.close()
    run(
        path,
        "INSERT INTO receptions VALUES ('r', '', '', 1, 'planned', 0, 0, NULL, NULL, NULL, 'ad_hoc', 0, '[]', '')",
        "INSERT INTO reception_events VALUES ('r', 1, 1, 'a', '{}')",
        "INSERT INTO access_events VALUES (1, 'r', 1, 'a', 'play', 'why')",
        "INSERT INTO fixity_checks VALUES (1, 'r', 1, 'a', 1, 1, 'unsigned', '', '[]')",
    )
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        run(path, verb.format(table))


def test_versions_are_those_that_alembic_reads() -> None:
    scripts = ScriptDirectory.from_config(alembic_config(schema.MIGRATIONS))
    assert scripts.get_heads() == [schema.expected()]
    assert {script.revision for script in scripts.walk_revisions()} == schema.known()
