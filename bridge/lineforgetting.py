"""Reports of tried lines name people: they go after a time, whether or not new ones push them out."""

from bridge.ids import NS_PER_S
from bridge.linetests import KEPT_DAYS
from bridge.ports import Clock
from bridge.repositories import UnitsOfWork

_DAY_NS = 86_400 * NS_PER_S


class LineForgetting:
    """The service; a job calls it."""

    def __init__(self, units: UnitsOfWork, clock: Clock) -> None:
        self._units = units
        self._clock = clock

    async def forget(self) -> int:
        """How many went. Raises Unavailable."""
        async with self._units.writing() as unit:
            gone = await unit.line_tests.remove_older(self._clock.utc() - KEPT_DAYS * _DAY_NS)
            await unit.commit()
        return gone
