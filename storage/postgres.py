"""What is particular to PostgreSQL: how it is reached, who writes next, and who may migrate.

Two advisory locks, both of this product alone:

- ``WRITES``, held by a writing unit until its end. Two writers that both read the head of the audit chain fork it
  (seen in 4 of 10 appends), so they follow one another, also those of other machines.
- ``SHAPE``, shared by every open connection and held alone by a migration. It belongs to the session: connect to the
  server itself or through a pooler that keeps sessions.
"""

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.pool import ConnectionPoolEntry

from storage.failures import away

# "diem" in ASCII, so that a person who looks into pg_locks finds whose they are.
_OURS = 0x6469656D
WRITES = (_OURS, 1)
SHAPE = (_OURS, 2)

NAMES = frozenset({"postgresql", "postgres"})
"""How an address of one begins."""

CONNECT: dict[str, Any] = {
    "connect_timeout": 5,
    # A server that is cut off, not shut, says nothing: without these a statement would wait for it for hours.
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    # A process that is stopped inside a writing unit must not keep all others from writing for ever.
    "options": "-c idle_in_transaction_session_timeout=60000 -c statement_timeout=30000 -c timezone=UTC",
    "application_name": "diemcau",
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


def begin(connection: Connection, writes: bool, wait_s: float) -> None:
    """A reading unit sees one moment and can change nothing; a writing one is the only one."""
    if not writes:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return
    # READ COMMITTED: what the writer before committed is seen by the statement after the lock, not before.
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {max(1, int(wait_s * 1000))}")
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s, %s)", WRITES)


def alone(connection: Connection) -> bool:
    """Whether this session may change the tables: nobody else has the database open."""
    free: bool = connection.exec_driver_sql("SELECT pg_try_advisory_lock(%s, %s)", SHAPE).scalar_one()
    return free
