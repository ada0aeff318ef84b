"""Column types that hold on every database we use: times as integer nanoseconds, structured values as JSON text."""

import msgspec
from sqlalchemy import BigInteger, Dialect, Integer, String, Text
from sqlalchemy.types import TypeDecorator

Nanoseconds = BigInteger
"""``UtcNs``: ns since 1970-01-01 UTC. An integer, because SQLite gives date-times back without their zone."""

Counter = BigInteger().with_variant(Integer, "sqlite")
"""A number given by the database; SQLite counts only in a column whose type is literally INTEGER."""

Ordered = String().with_variant(String(collation="C"), "postgresql")
"""Text that lists are in order of: by code point, as SQLite has it, whatever locale PostgreSQL was set up with."""


class JsonText(TypeDecorator[object]):
    """Plain values (lists, dicts, strings, numbers) as JSON text, written and read by msgspec."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object | None, dialect: Dialect) -> str:
        """The value as text; None as ``null``."""
        return msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> object | None:
        """The text as a value."""
        return None if value is None else msgspec.json.decode(value)
