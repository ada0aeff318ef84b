"""The lease row under which one process owns a room."""

from bridge.errors import Code, Refusal
from bridge.ids import NS_PER_S, ReceptionId
from bridge.ports import Clock
from bridge.repositories import UnitsOfWork

LEASED = "room "
"""What such a row's name begins with."""


def room_lease_name(reception: ReceptionId) -> str:
    """Of the row."""
    return f"{LEASED}{reception}"


class RoomLease:
    """Holds for ``seconds`` from each renewal."""

    def __init__(self, units: UnitsOfWork, clock: Clock, reception: ReceptionId, owner: str, seconds: float) -> None:
        self._units = units
        self._clock = clock
        self._name = room_lease_name(reception)
        self._owner = owner
        self._seconds = seconds
        self._taken: int | None = None

    async def keep(self) -> None:
        """:meth:`take` again when a third of its time has run."""
        if self._taken is None or self._clock.mono() - self._taken >= self._seconds / 3 * NS_PER_S:
            await self.take()

    async def take(self) -> None:
        """Take or renew it. Raises Refusal(room_elsewhere) with the owner's address, Unavailable."""
        now, taken = self._clock.utc(), self._clock.mono()
        async with self._units.writing() as unit:
            until = now + int(self._seconds * NS_PER_S)
            lease = await unit.leases.take(self._name, self._owner, now, until)
            await unit.commit()
        if lease.owner != self._owner:
            raise Refusal(Code.ROOM_ELSEWHERE, f"{self._name} is with {lease.owner}", address=lease.owner)
        self._taken = taken

    async def release(self) -> None:
        """Another process may take it at once. Raises Unavailable."""
        async with self._units.writing() as unit:
            await unit.leases.release(self._name, self._owner)
            await unit.commit()
