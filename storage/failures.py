"""What a database's failure means to the rest of the product.

::

    the database is away, full, locked, damaged   → Unavailable(storage_unavailable)
    a key or unique value is taken                → Conflict
    a row refers to one that is not there         → NotFound
    a value that no column can hold               → Invalid
    anything else (wrong SQL, a missing table)    → as it is: a fault of this program
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from bridge.errors import Code, Conflict, Invalid, NotFound, Unavailable

# SQLSTATE 23503 and 23505 are foreign key and unique violation (PostgreSQL, appendix A).
FOREIGN_KEY = frozenset({"SQLITE_CONSTRAINT_FOREIGNKEY", "23503"})
TAKEN = frozenset({"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "23505"})
# Wrong SQL or a missing table: SQLite reports both in the class of failures that otherwise mean "away".
OUR_FAULT = frozenset({"SQLITE_ERROR"})
# SQLSTATE 25P03: the server ended a session that hung inside a unit; 25006: it only reads (a standby). psycopg has them
# among the faults of a program.
GONE = frozenset({"25P03", "25006"})

AWAY = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError)


@contextmanager
def translated() -> Iterator[None]:
    """Raises the refusal that stands for what the driver raised."""
    try:
        yield
    except exc.IntegrityError as error:
        raise _of_integrity(error) from error
    except exc.DataError as error:
        # PostgreSQL's text has no zero byte and its integers end; SQLite takes both.
        raise Invalid(Code.INVALID_FIELD, str(error.orig), field="value") from error
    except AWAY as error:
        if _name(error) in OUR_FAULT:
            raise
        raise away(str(error)) from error
    except exc.DatabaseError as error:
        # "Not a database", "disk image is malformed": the driver has no class of their own for these.
        if type(error) is not exc.DatabaseError and _name(error) not in GONE:
            raise
        raise away(str(error)) from error


def away(detail: str) -> Unavailable:
    """The refusal for a database that does not answer."""
    return Unavailable(Code.STORAGE_UNAVAILABLE, detail)


def _of_integrity(error: exc.IntegrityError) -> Exception:
    name = _name(error)
    if name in TAKEN:
        return Conflict(detail=str(error.orig))
    if name in FOREIGN_KEY:
        return NotFound(detail=str(error.orig))
    return error


def _name(error: Exception) -> str:
    """The driver's own name of the failure: SQLite's, or an SQLSTATE; empty when it has none."""
    original = getattr(error, "orig", None)
    name = getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None)
    return str(name or "")
