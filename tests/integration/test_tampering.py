"""Somebody with the database file in their hands: each changed, removed or added row is found by the check meant for it."""

import random
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bridge.auditing import check_database
from bridge.errors import Refusal
from bridge.verification import Judge, Verification
from deploy.verify import verify_by_id
from tests.support.pages import Pages, serving
from tests.support.sealed import RECORDING, sealed

KEYS = {"reception_events": ("reception", "version"), "audit_entries": ("number",), "recordings": ("id",)}
NO_EVIDENCE = {
    "recorder",  # which process wrote; the journal's own words name the node
    "verified_utc_ns",  # of the last check: the next one writes it anew
    "faults",
    "origin",
}
"""Columns of recordings that say nothing of what was recorded."""

SEED = 4


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path) as running:
        await sealed(running)
        assert await found(running) == [], "whole before anybody touches it"
        yield running


@pytest.fixture
def file(tmp_path: Path, pages: Pages) -> Iterator[sqlite3.Connection]:
    """The database behind the program's back; its triggers are no lock to who owns the file."""
    with closing(sqlite3.connect(tmp_path / "pages.db", isolation_level=None)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        yield connection


async def found(pages: Pages) -> list[str]:
    """What `diemcau db check` and `diemcau verify ID` say."""
    faults = (await check_database(pages.storage.units)).faults
    try:
        result = await verified(pages)
    except Refusal as refusal:
        return [*faults, str(refusal)]
    return [*faults, *(f"{fault.path}: {fault.algorithm}" for fault in result.faults)]


async def verified(pages: Pages) -> Verification:
    """`diemcau verify ID`."""
    judge = Judge(pages.ports.signatures, await pages.keys.trust())
    return await verify_by_id(pages.storage.units, pages.ports.objects, judge, RECORDING, lambda *_: None)


def flipped(value: object, rng: random.Random) -> object:
    """One bit of a number, of one byte of a text; 1 instead of nothing."""
    if value is None:
        return 1
    if isinstance(value, int):
        return value ^ 1 << 20
    assert isinstance(value, str)
    text = bytearray(value.encode())
    ascii_only = [place for place, byte in enumerate(text) if byte < 0x80]
    place = rng.choice(ascii_only)
    text[place] ^= 1
    return text.decode()


@contextmanager
def changed(file: sqlite3.Connection, statement: str, *values: object) -> Iterator[None]:
    """Undone at the end."""
    file.execute("BEGIN")
    undo = [(table, file.execute(f"SELECT * FROM {table}").fetchall()) for table in KEYS]
    file.execute(statement, values)
    file.execute("COMMIT")
    try:
        yield
    finally:
        file.execute("BEGIN")
        for table, rows in undo:
            file.execute(f"DELETE FROM {table}")
            marks = ",".join("?" * len(rows[0]))
            file.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        file.execute("COMMIT")


@pytest.mark.parametrize("table", KEYS)
async def test_one_bit_flipped_in_any_column_of_any_row(pages: Pages, file: sqlite3.Connection, table: str) -> None:
    rng = random.Random(SEED)
    cursor = file.execute(f"SELECT * FROM {table}")
    columns = [column[0] for column in cursor.description]
    tried = 0
    for row in cursor.fetchall():
        there = dict(zip(columns, row, strict=True))
        same = " AND ".join(f"{key} = ?" for key in KEYS[table])
        for column in columns:
            if there[column] == "" or (table == "recordings" and column in NO_EVIDENCE):
                continue
            keys = [there[key] for key in KEYS[table]]
            value = flipped(there[column], rng)
            with changed(file, f"UPDATE {table} SET {column} = ? WHERE {same}", value, *keys):
                assert await found(pages), f"{table}.{column} of {keys}: {there[column]!r} → {value!r}"
            tried += 1
    print(f"{table}: {tried} flips, all found")
    assert tried >= 10
    assert await found(pages) == []


@pytest.mark.parametrize("table", KEYS)
async def test_any_row_that_is_removed(pages: Pages, file: sqlite3.Connection, table: str) -> None:
    """Also the last one, after which no chain goes on."""
    same = " AND ".join(f"{key} = ?" for key in KEYS[table])
    rows = file.execute(f"SELECT {', '.join(KEYS[table])} FROM {table}").fetchall()
    for keys in rows:
        with changed(file, f"DELETE FROM {table} WHERE {same}", *keys):
            assert await found(pages), f"{table}: {keys}"
    print(f"{table}: {len(rows)} rows removed one by one, all found")


async def test_all_events_of_a_reception_and_all_entries_of_the_audit(pages: Pages, file: sqlite3.Connection) -> None:
    for table in ("reception_events", "audit_entries"):
        with changed(file, f"DELETE FROM {table}"):
            assert await found(pages)


async def test_an_event_that_nobody_caused(pages: Pages, file: sqlite3.Connection) -> None:
    columns = "reception, version + 1, at_utc_ns, actor, event"
    last = "SELECT max(version) FROM reception_events"
    with changed(file, f"INSERT INTO reception_events SELECT {columns} FROM reception_events WHERE version = ({last})"):
        assert any("is in no audit entry" in fault for fault in await found(pages))


async def test_an_audit_that_was_written_anew_from_some_entry_on(pages: Pages, file: sqlite3.Connection) -> None:
    """A chain that holds again by itself is betrayed by the manifest, which names its head."""
    entries = file.execute("SELECT number FROM audit_entries ORDER BY number").fetchall()
    assert len(entries) > 2
    with changed(file, "DELETE FROM audit_entries WHERE number >= ?", entries[-2][0]):
        result = await verified(pages)
        assert [fault.path for fault in result.faults] == ["audit"]
