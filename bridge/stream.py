"""One reception's stored events as its room writes them: in order, also when a page writes between, and once, also when
the database stored something and its answer was lost."""

from collections.abc import Callable, Sequence

from bridge.errors import Conflict
from bridge.events import Recorded, SpeakersMoved
from bridge.evolution import evolve
from bridge.kept import Batch, own_versions
from bridge.reception import Reception
from bridge.receptions import ReceptionService

_TRIES = 5
"""Pages write seldom (doors, cancel): more conflicts than this in a row mean that another process owns the room."""


def last_spoke(history: Sequence[Recorded]) -> SpeakersMoved | None:
    """Who speaks or leads, as far as it is stored; None: nobody."""
    said = (recorded.event for recorded in reversed(history))
    last = next((event for event in said if isinstance(event, SpeakersMoved)), None)
    return last if last is not None and (last.participants or last.dominant) else None


class Stream:
    """``stored`` is the state as the database has it; ``told`` hears of events that others wrote."""

    def __init__(self, service: ReceptionService, stored: Reception, told: Callable[[Recorded], None]) -> None:
        self._service = service
        self._told = told
        self.stored = stored

    async def append(self, batch: Batch) -> None:
        """Stored after whatever others wrote meanwhile; the same batch again is found to be stored. Raises Unavailable,
        Conflict, and what ``evolve`` raises when the events no longer fit."""
        for _ in range(_TRIES):
            try:
                self.stored = await self._service.append(
                    batch.actor, batch.action, self.stored, batch.events, batch.at_utc_ns, batch.recording
                )
                return
            except Conflict:
                if await self._take_in(batch):
                    return
        raise Conflict(detail=f"{batch.action} on reception {self.stored.id}: another process writes it")

    async def catch_up(self) -> None:
        """Take in what others wrote."""
        await self._take_in(None)

    async def _take_in(self, mine: Batch | None) -> bool:
        """Whether ``mine`` was among it: that the room knows already."""
        history = await self._service.history(self.stored.id)
        news = [recorded for recorded in history if recorded.version > self.stored.version]
        own = own_versions(news, mine) if mine is not None else frozenset()
        for recorded in news:
            self.stored = evolve(self.stored, recorded)
            if recorded.version not in own:
                self._told(recorded)
        return bool(own)
