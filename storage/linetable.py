"""The table of lines that were tried; the others are in :mod:`storage.tables`."""

from sqlalchemy import Column, String, Table

from storage.tables import metadata
from storage.types import JsonText, Nanoseconds

line_tests = Table(
    "line_tests",
    metadata,
    Column("id", String, primary_key=True),
    Column("number", String, nullable=False),
    Column("at_utc_ns", Nanoseconds, nullable=False, index=True),
    Column("who", String, nullable=False),
    Column("agency", String),
    Column("account", String, index=True),
    Column("reception", String, index=True),
    Column("seat", String),
    Column("device", String, nullable=False),
    Column("paths", JsonText, nullable=False),
)
