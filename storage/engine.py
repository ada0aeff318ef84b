"""Opening the database. With :mod:`storage.postgres` the only file that knows which one it is: everything else is SQL
that all of them speak.

SQLite: write-ahead log (readers never wait for the writer), foreign keys on, every commit synced to the disk, a
writing unit begins with BEGIN IMMEDIATE (without it two writers fork the audit chain: seen in 4 of 10 appends). The
file is opened, never made: an unmounted disk must not look like an empty archive.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from storage import postgres
from storage.failures import away, translated
from storage.held import Held, Steps
from storage.lock import FileLock

_log = logging.getLogger(__name__)

BUSY_S = 5.0
"""How long a unit waits for its turn. A writing unit takes milliseconds; a person gives up after seconds."""

POOL = 6
"""Connections kept, each a thread with SQLite. One writes, the others read; more only take memory from each other."""

BEGINS = "diemcau_begins"


class Kind(Enum):
    """What a unit of work does. ASKS: each statement by itself; READS: all of them at one moment; WRITES: as the only
    one."""

    ASKS = "asks"
    READS = "reads"
    WRITES = "writes"


class Database:
    """An engine, and who may write through it next."""

    def __init__(self, url: str) -> None:
        self._url = parse_address(url)
        self._lock: FileLock | None = None
        self._opened: AsyncEngine | None = None
        # One may write at a time: SQLite has the others poll, PostgreSQL wait with a connection each. Waiting here
        # is fair and takes neither.
        self._turn = asyncio.Lock()
        self._steps = Steps()

    def _engine(self) -> AsyncEngine:
        """Made when first needed: what never asks the database (verifying a copy) needs none."""
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    def _open(self) -> AsyncEngine:
        options: dict[str, Any] = {"pool_size": POOL, "max_overflow": 0, "pool_timeout": BUSY_S, "pool_use_lifo": True}
        if not is_sqlite(self._url):
            address = postgres.address(self._url)
            engine = create_async_engine(address, connect_args=postgres.CONNECT, **options)
            event.listen(engine.sync_engine, "connect", postgres.hold)
            event.listen(engine.sync_engine, "checkout", postgres.check_alive)
            event.listen(engine.sync_engine, "begin", _begin_postgres)
            return engine
        self._lock = FileLock(lock_path(sqlite_path(self._url)))
        engine = create_async_engine(_existing_file(self._url), connect_args={"isolation_level": None}, **options)
        event.listen(engine.sync_engine, "do_connect", self._hold_file)
        event.listen(engine.sync_engine, "connect", _configure_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine

    def _hold_file(self, *_: object) -> None:
        """Keep a migration from changing the file under us, from the first connection on."""
        # Asked here too: a failed open leaves aiosqlite's thread behind for a moment (0.22.1).
        if not sqlite_path(self._url).is_file():
            raise away(f"{sqlite_path(self._url)} is not there")
        try:
            free = self._lock is None or self._lock.share()
        except OSError as error:
            raise away(str(error)) from error
        if not free:
            raise away("the database is being migrated")

    @asynccontextmanager
    async def writer(self) -> AsyncIterator[None]:
        """This process's turn to write."""
        try:
            async with asyncio.timeout(BUSY_S):
                await self._turn.acquire()
        except TimeoutError as error:
            raise away(f"no turn to write within {BUSY_S:.0f} s") from error
        try:
            yield
        finally:
            self._turn.release()

    @asynccontextmanager
    async def transaction(self, kind: Kind) -> AsyncIterator[Held]:
        """A connection for what is done; what was written is rolled back unless it was committed. Raises
        Unavailable."""
        held = Held(self._connected(kind), self._steps)
        try:
            with translated():
                await held.opened()
            yield held
        finally:
            # What only read is ended as done: with a rollback the driver forgets the statements it has prepared.
            with translated():
                await held.give_back(as_done=kind is not Kind.WRITES)

    async def _connected(self, kind: Kind) -> AsyncConnection:
        connection = await self._engine().connect()
        try:
            connection = await connection.execution_options(**{BEGINS: kind})
            if kind is Kind.WRITES:  # the others begin with their first statement
                _ = await connection.begin()
        except BaseException:
            await connection.close()
            raise
        return connection

    async def close(self) -> None:
        """End every connection, after what is still being done on them. Idempotent."""
        try:
            await self._steps.ended(BUSY_S)
        except TimeoutError:
            _log.warning("the database has not answered for %.0f s: its connections are left to it", BUSY_S)
        if self._opened is not None:
            await self._opened.dispose()
        if self._lock is not None:
            self._lock.release()


def parse_address(text: str) -> URL:
    """Raises ValueError, which repeats nothing of it (there is a password in it), for what is no address of ours."""
    try:
        url = make_url(text)
    except ArgumentError:
        # Not chained: the cause repeats the whole text.
        raise ValueError("database_url is not of the form postgresql://USER:PASSWORD@HOST/NAME") from None
    if not is_sqlite(url) and url.get_backend_name() not in postgres.NAMES:
        raise ValueError(f"database_url: {url.drivername} is neither sqlite nor postgresql")
    return url


def is_sqlite(url: URL) -> bool:
    """Whether the database is one file on this machine."""
    return url.get_backend_name() == "sqlite"


def sqlite_path(url: URL) -> Path:
    """The file of a SQLite URL. Raises ValueError for one in memory: every process must see the same database."""
    if not url.database or url.database == ":memory:":
        raise ValueError("the database must be a file: sqlite:///path/to/diemcau.db")
    return Path(url.database)


def lock_path(database: Path) -> Path:
    """The file by which running processes and a migration know of each other."""
    return database.with_name(database.name + ".lock")


def _existing_file(url: URL) -> URL:
    location = quote(str(sqlite_path(url).absolute()))
    return url.set(drivername="sqlite+aiosqlite", database=f"file:{location}", query={"mode": "rw", "uri": "true"})


def _configure_sqlite(connection: Any, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {int(BUSY_S * 1000)}")
    # Kept in the file by the migration; again here for one whose migration was refused half-way.
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    kind = _kind(connection)
    if kind is not Kind.ASKS:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if kind is Kind.WRITES else "BEGIN")


def _begin_postgres(connection: Connection) -> None:
    kind = _kind(connection)
    if kind is Kind.WRITES:
        postgres.begin_alone(connection, BUSY_S)
    elif kind is Kind.READS:
        postgres.begin(connection)


def _kind(connection: Connection) -> Kind:
    kind: Kind = connection.get_execution_options().get(BEGINS, Kind.READS)
    return kind
