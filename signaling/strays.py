"""Rooms that a node still has although their reception is over: it was away when it should have left them, and whoever
should have told it ended meanwhile. Nobody hears who is in them."""

import asyncio
import logging

from bridge.errors import NotFound, Refusal
from bridge.ids import NS_PER_S, MonoNs, NodeId, RoomId, reception_of
from bridge.ports import Clock
from bridge.receptions import ReceptionService
from bridge.repositories import UnitsOfWork
from bridge.sessionclock import SteadyClock
from bridge.states import OVER
from signaling.pauses import passed
from signaling.places import Places
from signaling.room_lease import room_lease_name

_log = logging.getLogger(__name__)
AGAIN_S = 10.0
"""Until a node answers for the first time."""
ANEW_S = 600.0
"""What another process left over to be told, and ended."""
_NAMED = 5
"""Rooms that a line of the log names."""


class Strays:
    """Each node that says in the registry that it has rooms is looked at once it answers, then every ten minutes.
    Several processes may do so: only what is over and in nobody's hands is touched, and that is never taken up."""

    def __init__(self, units: UnitsOfWork, service: ReceptionService, places: Places, clock: Clock) -> None:
        self._units = units
        self._service = service
        self._places = places
        self._clock = clock
        self._steady = SteadyClock(clock)
        self._looked: dict[NodeId, MonoNs] = {}

    async def run(self, closing: asyncio.Event) -> None:
        """Until ``closing``."""
        while True:
            try:
                await self.look()
            except Refusal as refusal:
                _log.warning("rooms that are over are not looked for on nodes: %s", refusal)
            except Exception:  # noqa: BLE001  one strange node must not leave all others' rooms for ever
                _log.exception("rooms that are over: the next look goes on")
            if await passed(closing, AGAIN_S):
                return

    async def look(self) -> None:
        """Once. Raises Unavailable when the database is away."""
        async with self._units.reading() as unit:
            rows = await unit.nodes.of_kind("sfu")
        there = {NodeId(row.id): row.rooms for row in rows}
        self._looked = {node: at for node, at in self._looked.items() if node in there}
        for node, rooms in there.items():
            if rooms and self._is_due(node):
                await self._look_at(node)

    def _is_due(self, node: NodeId) -> bool:
        at = self._looked.get(node)
        return at is None or self._clock.mono() - at >= ANEW_S * NS_PER_S

    async def _look_at(self, node: NodeId) -> None:
        try:
            there = (await self._places.node(node).figures()).rooms
            unknown = [one.room for one in there if not await self._is_minded(node, one.room)]
        except Refusal as refusal:
            _log.debug("node %s: not all of its rooms are seen yet: %s", node, refusal)
        else:
            self._looked[node] = self._clock.mono()
            if unknown:
                named = ", ".join(unknown[:_NAMED])
                _log.warning("node %s: no reception names %d of its rooms, left alone: %s", node, len(unknown), named)

    async def _is_minded(self, node: NodeId, room: RoomId) -> bool:
        """False for one that the database does not know."""
        try:
            stored = await self._service.present(reception_of(room))
        except NotFound:  # of another installation, or none of ours to judge
            return False
        if stored.state not in OVER or await self._is_held(room):
            return True
        await self._places.node(node).delete_room(room, goes_on=stored.node != node)
        _log.warning("room %s, which is over: taken from %s, which still had it", room, node)
        return True

    async def _is_held(self, room: RoomId) -> bool:
        """By a process that is winding it up."""
        async with self._units.reading() as unit:
            lease = await unit.leases.of(room_lease_name(reception_of(room)))
        return lease is not None and lease.until_utc_ns > self._steady.utc()
