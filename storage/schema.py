"""The database's shape: which version it has, which one this program needs, and the way there (Alembic).

A SQLite file is migrated as a copy that then takes its place in one step: its own table changes are not
transactional, so a migration that dies half-way must not leave its traces in the only original. PostgreSQL's are: there
everything happens in one transaction.

Every process asks which version it finds; only who migrates needs Alembic (a quarter of a second, 10 MB), which is
imported then.
"""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from storage import postgres
from storage.durable import sync_file, sync_folder
from storage.engine import is_sqlite, lock_path, parse_address, sqlite_path
from storage.failures import translated
from storage.lock import FileLock

MIGRATIONS = Path(__file__).parent / "migrations"
_VERSIONS = "alembic_version"
"""Alembic's own table, of one row."""
_STEP = re.compile(r'^revision = "(\w+)"\ndown_revision = (?:None|"(\w+)")$', re.MULTILINE)


class SchemaRefused(Exception):
    """The database cannot be used as it is. The text is one line for whoever runs the installation."""


def expected() -> str:
    """The version this program needs."""
    (head,) = known() - {before for _, before in _steps()}
    return head


def known() -> set[str]:
    """Every version there ever was."""
    return {version for version, _ in _steps()}


@cache
def _steps() -> tuple[tuple[str, str], ...]:
    """Each migration's version and the one before it, empty for the first."""
    files = sorted((MIGRATIONS / "versions").glob("*.py"))
    return tuple(step for file in files for step in _STEP.findall(file.read_text(encoding="utf-8")))


def current(url: str) -> str | None:
    """The version the database has; None when it is not there or empty. Raises Unavailable."""
    address = parse_address(url)
    if is_sqlite(address) and not sqlite_path(address).exists():
        return None
    with translated(), connected(address) as connection:
        return _version(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSIONS):
        return None
    found: str | None = connection.scalar(text(f"SELECT version_num FROM {_VERSIONS}"))  # noqa: S608  our constant
    return found


def check(url: str) -> None:
    """Raises SchemaRefused unless the database has exactly the version this program needs."""
    found = current(url)
    if found == expected():
        return
    where = parse_address(url).render_as_string(hide_password=True)
    if found is None:
        raise SchemaRefused(f"{where} holds no database yet: run “diemcau db migrate”")
    _refuse_unknown(found, where)
    raise SchemaRefused(
        f"{where} has version {found}, this program needs {expected()}: stop the program, make a back-up and run "
        "“diemcau db migrate”"
    )


def migrate(url: str) -> str:
    """Bring the database to the expected version, which is returned. Nothing happens when it has it.

    Raises SchemaRefused when it is newer than this program, or in use and must change; Unavailable.
    """
    found = current(url)
    if found == expected():
        return found
    address = parse_address(url)
    _refuse_unknown(found, address.render_as_string(hide_password=True))
    with translated():
        if is_sqlite(address):
            _migrate_file(sqlite_path(address).absolute())
        else:
            _migrate_server(address)
    return expected()


def _refuse_unknown(found: str | None, where: str) -> None:
    if found is not None and found not in known():
        raise SchemaRefused(
            f"{where} has version {found}, which this program does not know (it needs {expected()}): "
            "use the program that wrote it, or a newer one"
        )


def _migrate_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(lock_path(path))
    if not lock.alone():
        raise SchemaRefused(f"{path} is in use: stop the program before its database is migrated")
    copy = path.with_name(path.name + ".migrating")
    try:
        _remove(copy)
        _copy(path, copy)
        _upgrade(URL.create("sqlite", database=str(copy)))
        _log_ahead(copy)
        sync_file(copy)
        os.replace(copy, path)
        sync_folder(path.parent)
    finally:
        _remove(copy)
        lock.release()


def _copy(path: Path, copy: Path) -> None:
    """A whole copy, readable by its owner only; an empty file when there is nothing to copy."""
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    if not path.exists():
        return
    with closing(sqlite3.connect(path, isolation_level=None)) as source, closing(sqlite3.connect(copy)) as target:
        try:
            # Brings the write-ahead log home and removes it; refused while any other program has the file open.
            source.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            raise SchemaRefused(f"{path} is in use by another program: {error}") from error
        source.backup(target)


def _log_ahead(copy: Path) -> None:
    """Written into the file once, so that processes that start together need not agree on it."""
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def _remove(copy: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        copy.with_name(copy.name + suffix).unlink(missing_ok=True)


def _migrate_server(address: URL) -> None:
    with connected(address) as connection:
        postgres.in_turn(connection)
        if _version(connection) == expected():
            return  # another machine, started at the same moment, has done it
        if not postgres.alone(connection):
            where = address.render_as_string(hide_password=True)
            raise SchemaRefused(f"{where} is in use: stop every program before its database is migrated")
        _upgrade_over(connection)


def _upgrade(address: URL) -> None:
    with connected(address) as connection:
        _upgrade_over(connection)


def _upgrade_over(connection: Connection) -> None:
    from storage.migrating import upgrade

    upgrade(connection, MIGRATIONS)
    connection.commit()


@contextmanager
def connected(address: URL) -> Iterator[Connection]:
    """A blocking connection: Alembic's own way, and the only other file that opens the database."""
    if is_sqlite(address):
        engine = create_engine(address.set(drivername="sqlite"), poolclass=NullPool)
    else:
        # A migration may take its time: no limit for a statement.
        limits = {name: value for name, value in postgres.CONNECT.items() if name not in ("options", "autocommit")}
        engine = create_engine(postgres.address(address), poolclass=NullPool, connect_args=limits)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
