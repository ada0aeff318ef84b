"""Whether a column is one of many values, given to the statement as one parameter.

``IN`` has a parameter for each: with the 151 agencies of a province the text of the question, and what reads it, cost
more than the answer, and each number of values is another statement for the server to prepare.
"""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import ARRAY, ColumnElement, Dialect, String, Text, bindparam, false
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class _Texts(TypeDecorator[list[str]]):
    """An array where there are any, else JSON text."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """By what the database has."""
        return ARRAY(String()) if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> Any:
        """As that type is given."""
        return value if dialect.name == "postgresql" else msgspec.json.encode(value).decode()


class _Among(FunctionElement[bool]):
    """Of a column and a list."""

    inherit_cache = True


@compiles(_Among, "postgresql")
def _in_array(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    column, values = element.clauses
    return f"{compiler.process(column, **how)} = ANY ({compiler.process(values, **how)})"


@compiles(_Among, "sqlite")
def _in_json(element: _Among, compiler: SQLCompiler, **how: Any) -> str:
    column, values = element.clauses
    asked = compiler.process(values, **how)
    return f"{compiler.process(column, **how)} IN (SELECT value FROM json_each({asked}))"  # noqa: S608  both from SQLAlchemy


def among(column: ColumnElement[Any], values: Collection[str]) -> ColumnElement[bool]:
    """``column`` is one of ``values``. A single one is compared by itself: an index that goes on behind it then gives
    the rows in its order."""
    if not values:
        return false()
    if len(values) == 1:
        return column == next(iter(values))
    return _Among(column, bindparam(None, sorted(map(str, values)), _Texts(), unique=True))


def among_given(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """``column`` is one of the list that the statement is given by this name."""
    return _Among(column, bindparam(name, type_=_Texts()))
