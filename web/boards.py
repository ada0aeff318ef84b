"""Loading live rooms for an operator: from this process's memory, else as they are stored; only those in their part
of the tree."""

from typing import NamedTuple

from aiohttp import web

from bridge.accounts import actor_in
from bridge.board import Row, WatchedRoom, in_order, row_of
from bridge.errors import NotFound
from bridge.ids import NS_PER_S, ReceptionId
from bridge.policy import Action, Actor, Concern, agencies_of, authorise, may
from bridge.states import OVER
from web.config import WebPorts
from web.keys import PORTS
from web.reach import allowed
from web.requests import actor_of

AROUND_NS = 30 * 86_400 * NS_PER_S
"""As far as rooms are taken back after a restart: a reception whose doors stand open for longer is closed by hand."""


class Overlooked(NamedTuple):
    """One room, and who looks. ``here``: this process has it, so its lines are measured."""

    watched: WatchedRoom
    actor: Actor
    here: bool

    def may(self, action: Action) -> bool:
        """Whether the policy lets them."""
        return may(self.actor, action, self.watched.reception.concern)


async def rows_for(actor: Actor, ports: WebPorts) -> list[Row]:
    """Every room with open doors in the reader's part of the tree, alarms first. Raises NotPermitted."""
    authorise(actor, Action.WATCH_ROOMS, Concern("live rooms", None))
    async with ports.units.reading() as unit:
        now = ports.clock.utc()
        stored = await unit.receptions.open_rows(now - AROUND_NS, now + AROUND_NS)
    reached = agencies_of(actor, Action.WATCH_ROOMS)
    theirs = [row.id for row in stored if reached is None or row.agency in reached]
    rooms = [(await _room(reception, ports))[0] for reception in theirs]
    return in_order([row_of(room) for room in rooms if room.reception.state not in OVER])


async def overlooked(request: web.Request) -> Overlooked:
    """The room of the address. Raises NotFound for one that is over or not the reader's to see, NotPermitted."""
    watched, here = await _room(ReceptionId(request.match_info["reception"]), request.app[PORTS])
    actor = actor_in(actor_of(request), watched.reception)
    await allowed(request, actor, Action.WATCH_ROOMS, watched.reception.concern)
    if not watched.reception.doors_open:
        raise NotFound(detail=f"reception {watched.reception.id} is not live")
    return Overlooked(watched, actor, here)


async def _room(reception: ReceptionId, ports: WebPorts) -> tuple[WatchedRoom, bool]:
    found = ports.rooms.watched_room(reception)
    if found is not None:
        return found, True
    return WatchedRoom(await ports.receptions.present(reception)), False
