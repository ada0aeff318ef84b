"""The registry of media nodes and recorders."""

from sqlalchemy import select

from bridge.repositories import NodeRow
from storage.rows import struct_of
from storage.tables import nodes
from storage.transaction import Transaction


class SqlNodes:
    """:class:`bridge.repositories.Nodes`. Who asks decides by ``seen_utc_ns`` which of them still live."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def heartbeat(self, row: NodeRow) -> None:
        """Add, or replace the row of that id."""
        await self._transaction.put(nodes, row)

    async def of_kind(self, kind: str) -> list[NodeRow]:
        """In order of id."""
        rows = await self._transaction.rows(select(nodes).where(nodes.c.kind == kind).order_by(nodes.c.id))
        return [struct_of(NodeRow, row) for row in rows]
