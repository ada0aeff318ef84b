"""Tokens that open something once."""

from sqlalchemy import delete, select

from bridge.ids import NS_PER_S
from storage.tables import used_tokens
from storage.transaction import Transaction

FORGET_NS = 3600 * NS_PER_S
"""A token holds for minutes. One whose end lies an hour before that of a fresh one has run out on every clock."""


class SqlUsedTokens:
    """:class:`bridge.repositories.UsedTokens`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def use(self, token: str, until_utc_ns: int) -> bool:
        """False when it was used before. ``until_utc_ns``: when the token runs out by itself."""
        if await self._transaction.first(select(used_tokens).where(used_tokens.c.token == token)):
            return False
        await self._transaction.write(delete(used_tokens).where(used_tokens.c.until_utc_ns < until_utc_ns - FORGET_NS))
        row = {"token": token, "until_utc_ns": until_utc_ns}
        await self._transaction.insert_columns(used_tokens, [row])
        return True
