"""The registry of media nodes and recorders."""

from sqlalchemy import delete, select, update

from bridge.repositories import NodeRow
from storage.rows import columns_of, struct_of
from storage.tables import nodes
from storage.transaction import Transaction


class SqlNodes:
    """:class:`bridge.repositories.Nodes`. Who asks decides by ``seen_utc_ns`` which of them still live."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def heartbeat(self, row: NodeRow) -> None:
        """Add, or renew the row of that id; whether it is draining stays."""
        columns = columns_of(row)
        kept = {name: value for name, value in columns.items() if name != nodes.c.draining.name}
        if not await self._transaction.write(update(nodes).where(nodes.c.id == row.id).values(kept)):
            await self._transaction.insert_columns(nodes, [columns])

    async def of_kind(self, kind: str) -> list[NodeRow]:
        """In order of id."""
        rows = await self._transaction.rows(select(nodes).where(nodes.c.kind == kind).order_by(nodes.c.id))
        return [struct_of(NodeRow, row) for row in rows]

    async def drain(self, node: str, draining: bool) -> bool:
        """False: there is no such node."""
        return await self._transaction.write(update(nodes).where(nodes.c.id == node).values(draining=draining)) > 0

    async def forget(self, node: str) -> bool:
        """False: there is no such node."""
        return await self._transaction.write(delete(nodes).where(nodes.c.id == node)) > 0
