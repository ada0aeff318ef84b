"""One reception's stored events as its room writes them: in order, also when a page writes between."""

from collections.abc import Callable, Sequence

from bridge.errors import Conflict
from bridge.events import Event, Recorded
from bridge.model import RecordingRow
from bridge.policy import Actor
from bridge.reception import Reception, evolve
from bridge.receptions import ReceptionService

_TRIES = 5
"""Pages write seldom (doors, cancel): more conflicts than this in a row mean that another process owns the room."""


class Stream:
    """``stored`` is the state as the database has it; ``told`` hears of events that others wrote."""

    def __init__(self, service: ReceptionService, stored: Reception, told: Callable[[Recorded], None]) -> None:
        self._service = service
        self._told = told
        self.stored = stored

    async def append(
        self,
        actor: Actor,
        action: str,
        events: Sequence[Event],
        at_utc_ns: int | None = None,
        recording: RecordingRow | None = None,
    ) -> None:
        """Stored after whatever others wrote meanwhile. Raises Unavailable, Conflict, and what ``evolve`` raises when
        the events no longer fit."""
        for _ in range(_TRIES):
            try:
                self.stored = await self._service.append(actor, action, self.stored, events, at_utc_ns, recording)
                return
            except Conflict:
                await self.catch_up()
        raise Conflict(detail=f"{action} on reception {self.stored.id}: another process writes it")

    async def catch_up(self) -> None:
        """Take in what others wrote."""
        for recorded in await self._service.history(self.stored.id):
            if recorded.version > self.stored.version:
                self.stored = evolve(self.stored, recorded)
                self._told(recorded)
