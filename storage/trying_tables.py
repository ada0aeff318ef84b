"""Tables of tries that failed, beside :mod:`storage.tables`."""

from sqlalchemy import Column, Float, Integer, String, Table, Text

from storage.tables import metadata
from storage.types import Nanoseconds

tries = Table(
    "tries",
    metadata,
    Column("key", String, primary_key=True),
    Column("mistakes", Float, nullable=False),
    Column("at_utc_ns", Nanoseconds, nullable=False, index=True),
)

repeats = Table(
    "repeats",
    metadata,
    Column("key", String, primary_key=True),
    Column("source", String, nullable=False, index=True),
    Column("since_utc_ns", Nanoseconds, nullable=False, index=True),
    Column("again", Integer, nullable=False),
    *(Column(name, String, nullable=False) for name in ("actor", "action", "object", "outcome")),
    Column("detail", Text, nullable=False),
)
