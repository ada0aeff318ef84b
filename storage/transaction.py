"""The statements of one unit of work: what repositories are given instead of a connection."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import CursorResult, Executable, Table, and_, insert, update

from storage.failures import translated
from storage.held import Held
from storage.rows import columns_of

Columns: TypeAlias = Mapping[str, Any]
"""A row: its values by the names of its columns."""


class Transaction:
    """Runs statements on a connection whose transaction has begun. Raises what :mod:`storage.failures` says."""

    def __init__(self, connection: Held, writes: bool) -> None:
        self._connection = connection
        self._writes = writes
        self._over = False

    async def rows(self, statement: Executable, values: Columns | None = None) -> Sequence[Columns]:
        """Every row. ``values``: of the parameters of a statement that was made once for all."""
        with translated():
            return _named(await self._running().execute(statement, values))

    async def first(self, statement: Executable, values: Columns | None = None) -> Columns | None:
        """The first row, or None."""
        return next(iter(await self.rows(statement, values)), None)

    async def write(self, statement: Executable) -> int:
        """How many rows it changed."""
        with translated():
            return (await self._writing().execute(statement)).rowcount

    async def insert(self, table: Table, *structs: msgspec.Struct) -> None:
        """Add rows. Conflict when a key or unique value is taken."""
        await self.insert_columns(table, [columns_of(struct) for struct in structs])

    async def insert_columns(self, table: Table, rows: list[dict[str, Any]]) -> None:
        """Add rows given as columns."""
        with translated():
            await self._writing().execute(insert(table), rows)

    async def replace(self, table: Table, struct: msgspec.Struct) -> bool:
        """Give the row of the same primary key these values. False when there is none."""
        columns = columns_of(struct)
        same = and_(*(column == columns[column.name] for column in table.primary_key))
        return await self.write(update(table).where(same).values(columns)) > 0

    async def put(self, table: Table, struct: msgspec.Struct) -> None:
        """Replace the row, or add it."""
        if not await self.replace(table, struct):
            await self.insert(table, struct)

    async def commit(self) -> None:
        """Make it last. Nothing can be run afterwards."""
        with translated():
            await self._running().commit()
        self._over = True

    def _writing(self) -> Held:
        if not self._writes:
            raise RuntimeError("this unit of work only reads")
        return self._running()

    def _running(self) -> Held:
        if self._over:
            raise RuntimeError("the unit of work is over: it was committed")
        return self._connection


def _named(result: CursorResult[Any]) -> list[Columns]:
    """As plain dicts: SQLAlchemy's own mappings look each name up anew for each row, and msgspec does not take their
    keys, which may be a subclass of str."""
    names = [str(name) for name in result.keys()]  # noqa: SIM118  no mapping
    return [dict(zip(names, row, strict=True)) for row in result]
