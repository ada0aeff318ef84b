"""How the lines of receptions were."""

from sqlalchemy import select

from bridge.ids import ReceptionId
from bridge.linehistory import KeptLook
from storage.rows import columns_of, struct_of
from storage.tables import line_looks
from storage.transaction import Transaction


class SqlLineLooks:
    """:class:`bridge.reception_rows.LineLooks`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, reception: ReceptionId, looks: list[KeptLook]) -> None:
        """Conflict when there is one of that moment; NotFound for an unknown reception."""
        await self._transaction.insert_columns(
            line_looks, [{"reception": reception, **columns_of(look)} for look in looks]
        )

    async def of_reception(self, reception: ReceptionId, after_utc_ns: int, limit: int) -> list[KeptLook]:
        """In order of time."""
        column = line_looks.c
        rows = await self._transaction.rows(
            select(column.at_utc_ns, column.missed, column.seats)
            .where(column.reception == reception, column.at_utc_ns > after_utc_ns)
            .order_by(column.at_utc_ns)
            .limit(limit)
        )
        return [struct_of(KeptLook, row) for row in rows]
