"""Everything of one database into another: how an installation grows from SQLite to PostgreSQL.

The rows of every table in one transaction on each side, so that the copy is whole or not there at all.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Table, func, insert, select, text
from sqlalchemy.engine import URL

from storage import schema
from storage.engine import is_sqlite, lock_path, parse_address, sqlite_path
from storage.failures import translated
from storage.lock import FileLock
from storage.schema import SchemaRefused, connected
from storage.tables import access_events, audit_entries, fixity_checks, key_lists, metadata, outbox

BATCH = 1000
"""Rows at a time: an archive's events need not fit into memory."""


def copy(source: str, target: str) -> dict[str, int]:
    """Rows copied, by table. The target is made, or brought to the expected version, and must be empty.

    Raises SchemaRefused for a source in use or of another version, and for a target that holds rows; ValueError for
    an address that is none; Unavailable.
    """
    schema.check(source)
    origin, goal = parse_address(source), parse_address(target)
    if is_sqlite(goal) or not is_sqlite(origin):
        raise SchemaRefused("a copy goes from SQLite to PostgreSQL")
    schema.migrate(target)
    with _unused(origin), translated(), connected(origin) as old, connected(goal) as new:
        _check_empty(new, goal)
        rows = {table.name: _copy_table(table, old, new) for table in metadata.sorted_tables}
        _go_on_counting(old, new)
        _check_same(old, new, rows)
        new.commit()
    return rows


@contextmanager
def _unused(origin: URL) -> Iterator[None]:
    """No program writes to it meanwhile: what it wrote after its table was read would be lost."""
    path = sqlite_path(origin)
    lock = FileLock(lock_path(path))
    if not lock.alone():
        raise SchemaRefused(f"{path} is in use: stop the program before its database is copied")
    try:
        yield
    finally:
        lock.release()


def _check_empty(new: Connection, goal: URL) -> None:
    for table in metadata.sorted_tables:
        if new.execute(select(table).limit(1)).first() is not None:
            where = goal.render_as_string(hide_password=True)
            raise SchemaRefused(f"{where} already holds {table.name}: nothing was copied")


def _copy_table(table: Table, old: Connection, new: Connection) -> int:
    # In the order of their making: an agency's parent stands before it.
    found = old.execution_options(yield_per=BATCH).execute(select(table).order_by(text("rowid")))
    copied = 0
    for part in found.mappings().partitions(BATCH):
        new.execute(insert(table), [dict(row) for row in part])
        copied += len(part)
    return copied


def _go_on_counting(old: Connection, new: Connection) -> None:
    """A number is never given twice, also not one of the outbox that was given and done before the copy."""
    for table in (outbox, access_events, fixity_checks, key_lists):
        given = old.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name}).scalar()
        if given:
            new.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "number"), given)))


def _check_same(old: Connection, new: Connection, rows: dict[str, int]) -> None:
    """Counted again on both sides, and the head of the audit chain compared."""
    head = select(audit_entries.c.hash).order_by(audit_entries.c.number.desc()).limit(1)
    if old.execute(head).scalar() != new.execute(head).scalar():
        raise SchemaRefused("the audit chain did not come over whole: nothing was copied")
    for table in metadata.sorted_tables:
        count = select(func.count()).select_from(table)
        if not old.execute(count).scalar() == new.execute(count).scalar() == rows[table.name]:
            raise SchemaRefused(f"{table.name} did not come over whole: nothing was copied")
