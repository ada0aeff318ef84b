"""What is particular to PostgreSQL: how it is reached, who writes next, and who may migrate.

Three advisory locks, both of this product alone:

- ``WRITES``, held by a writing unit until its end. Two writers that both read the head of the audit chain fork it
  (seen in 4 of 10 appends), so they follow one another, also those of other machines.
- ``SHAPE``, shared by every open connection and held alone by a migration. It belongs to the session: connect to the
  server itself or through a pooler that keeps sessions.
- ``MIGRATIONS``, held by whoever migrates: machines that are first started together do it one after another.
"""

import select
from typing import Any

from sqlalchemy import Connection, exc
from sqlalchemy.engine import URL
from sqlalchemy.pool import ConnectionPoolEntry

from storage.failures import away

# "diem" in ASCII, so that a person who looks into pg_locks finds whose they are.
_OURS = 0x6469656D
WRITES = (_OURS, 1)
SHAPE = (_OURS, 2)
MIGRATIONS = (_OURS, 3)

NAMES = frozenset({"postgresql", "postgres"})
"""How an address of one begins."""

CONNECT: dict[str, Any] = {
    "connect_timeout": 5,
    # A server that is cut off, not shut, says nothing: without these a statement would wait for it for hours.
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "options": " ".join(
        (
            # A process that is stopped inside a writing unit must not keep all others from writing for ever.
            "-c idle_in_transaction_session_timeout=60000 -c statement_timeout=30000 -c timezone=UTC",
            # What all units are but those that write; these say so.
            r"-c default_transaction_isolation=repeatable\ read -c default_transaction_read_only=on",
            # Our questions take milliseconds; compiling one takes tenths of a second.
            "-c jit=off",
        )
    ),
    "application_name": "diemcau",
    # The driver begins no transaction by itself: what asks once needs none, and ours begin as they have to be.
    "autocommit": True,
}
"""libpq's parameters. Connecting may take seconds over a bad line; a person gives up after that."""


def address(url: URL) -> URL:
    """The same database through psycopg 3, whichever way the address was written."""
    return url.set(drivername="postgresql+psycopg")


def hold(connection: Any, _: ConnectionPoolEntry) -> None:
    """On each new connection: keep a migration from changing the tables under us."""
    cursor = connection.cursor()
    try:
        cursor.execute("SELECT pg_try_advisory_lock_shared(%s, %s)", SHAPE)
        (free,) = cursor.fetchone()
    finally:
        cursor.close()
    connection.commit()
    if not free:
        connection.close()
        raise away("the database is being migrated")


def check_alive(connection: Any, _: ConnectionPoolEntry, __: object) -> None:
    """On each use: after a restart of the server every connection that was kept is dead. A living one has nothing to
    say between two units, so the kernel alone is asked; the server only where there is something (a notice, an end).

    Raises exc.InvalidatePoolError: all are made anew.
    """
    waiting = select.poll()
    driver = connection.driver_connection
    if driver.closed:
        raise exc.InvalidatePoolError("closed")
    waiting.register(driver.fileno(), select.POLLIN)
    if waiting.poll(0) and not _answers(connection):
        raise exc.InvalidatePoolError("the server is gone")


def _answers(connection: Any) -> bool:
    try:
        connection.rollback()
        cursor = connection.cursor()
        cursor.execute("SELECT 1")
        cursor.close()
        connection.rollback()
    except connection.dbapi.Error:
        return False
    return True


def begin(connection: Connection) -> None:
    """A reading unit: it sees one moment and can change nothing, as ``CONNECT`` says."""
    connection.exec_driver_sql("BEGIN")


def begin_alone(connection: Connection, wait_s: float) -> None:
    """A writing unit: the only one."""
    # READ COMMITTED: what the writer before committed is seen by the statement after the lock, not before.
    connection.exec_driver_sql(
        "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE;"
        f" SET LOCAL lock_timeout = {max(1, int(wait_s * 1000))};"
        f" SELECT pg_advisory_xact_lock({WRITES[0]}, {WRITES[1]})"
    )


def in_turn(connection: Connection) -> None:
    """Wait for whoever migrates; the turn ends with the connection."""
    connection.exec_driver_sql("SELECT pg_advisory_lock(%s, %s)", MIGRATIONS)


def alone(connection: Connection) -> bool:
    """Whether this session may change the tables: nobody else has the database open."""
    free: bool = connection.exec_driver_sql("SELECT pg_try_advisory_lock(%s, %s)", SHAPE).scalar_one()
    return free
