"""Today: the reader's receptions as cards in order of time, each with its next step."""

from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web

from bridge.finding import ReceptionCursor, ReceptionFilter, cursor_of
from bridge.policy import Action, Concern, may
from bridge.states import UNDER_WAY
from web.keys import CONFIG, PORTS
from web.overview import address, next_step, points_of
from web.paging import Paged, parse_cursor
from web.reach import open_to, seen_by
from web.render import render, see_other
from web.requests import actor_of
from web.times import midnight

CARDS = 25
"""Of a page; what follows comes behind a link."""

DAYS_AHEAD = 14
DAYS_BACK = 2
"""A reception that began the day before yesterday and still runs is shown until it ends."""


async def front(request: web.Request) -> web.StreamResponse:
    """The front door leads to today's list (and from there to the sign-in)."""
    raise see_other("/today")


async def show(request: web.Request) -> web.StreamResponse:
    """Live ones and today's first, then what comes in the next two weeks; many in pages."""
    actor, ports = actor_of(request), request.app[PORTS]
    zone, now = ZoneInfo(request.app[CONFIG].zone), ports.clock.utc()
    begin, tomorrow = midnight(zone, now), midnight(zone, now, 1)
    after = parse_cursor(request.query.get("after", ""), ReceptionCursor)
    coming = open_to(actor, begin, midnight(zone, now, DAYS_AHEAD))
    still = _still(coming, midnight(zone, now, -DAYS_BACK))
    async with ports.units.reading() as unit:
        page = Paged(await unit.receptions.find(coming, after, CARDS + 1), CARDS, cursor_of)
        older = [] if after else await unit.receptions.find(still, None, CARDS)
        seen = await seen_by(actor, unit, [*older, *page.rows])
    return render(
        request,
        "today.html",
        today=[one for one in seen if one.reception.starts_utc_ns < tomorrow],
        ahead=[one for one in seen if one.reception.starts_utc_ns >= tomorrow],
        next=page.next,
        first=after is None,
        next_step=next_step,
        points_of=points_of,
        address=address,
        may_schedule=may(actor, Action.SCHEDULE, Concern("reception", actor.agency)),
    )


def _still(coming: ReceptionFilter, begin: int) -> ReceptionFilter:
    """What began before and is under way."""
    states = frozenset(map(str, UNDER_WAY))
    return msgspec.structs.replace(coming, from_utc_ns=begin, before_utc_ns=coming.from_utc_ns, states=states)
