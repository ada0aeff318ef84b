"""Hands on what the outbox holds, at least once and in order, to whoever outside the process must know.

A row is removed only after its handler returned, so a killed relay tells again. A kind nobody listens to is done.
"""

from collections.abc import Awaitable, Callable, Mapping

from bridge.repositories import OutboxRow, UnitsOfWork

Handler = Callable[[OutboxRow], Awaitable[None]]
PAGE = 500


class OutboxRelay:
    """``handlers`` by kind. A handler that raises stops the relay at its row until the next run."""

    def __init__(self, units: UnitsOfWork, handlers: Mapping[str, Handler]) -> None:
        self._units = units
        self._handlers = handlers

    async def run(self) -> int:
        """How many rows were handed on."""
        handed = 0
        while rows := await self._pending():
            for row in rows:
                if (handler := self._handlers.get(row.kind)) is not None:
                    await handler(row)
            async with self._units.writing() as unit:
                for row in rows:
                    await unit.outbox.done(row.number)
                await unit.commit()
            handed += len(rows)
        return handed

    async def _pending(self) -> list[OutboxRow]:
        async with self._units.reading() as unit:
            return await unit.outbox.pending(PAGE)
