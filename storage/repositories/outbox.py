"""What is to be told or done after the commit."""

from sqlalchemy import delete, select

from bridge.repositories import OutboxRow
from storage.rows import struct_of
from storage.tables import outbox
from storage.transaction import Transaction


class SqlOutbox:
    """:class:`bridge.repositories.Outbox`. A row that is done is removed; its number is never given again."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, kind: str, subject: str, body: str, made_utc_ns: int) -> None:
        """Seen by others once this unit is committed."""
        row = {"kind": kind, "subject": subject, "body": body, "made_utc_ns": made_utc_ns}
        await self._transaction.insert_columns(outbox, [row])

    async def pending(self, limit: int) -> list[OutboxRow]:
        """The oldest that are not done."""
        rows = await self._transaction.rows(select(outbox).order_by(outbox.c.number).limit(limit))
        return [struct_of(OutboxRow, row) for row in rows]

    async def done(self, number: int) -> None:
        """Told or done; repeating changes nothing."""
        await self._transaction.write(delete(outbox).where(outbox.c.number == number))
