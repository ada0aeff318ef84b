"""Today: the reader's receptions as cards in order of time, each with its next step."""

from zoneinfo import ZoneInfo

from aiohttp import web

from bridge.accounts import actor_in
from bridge.model import ReceptionRow
from bridge.policy import Action, Actor, Concern, agencies_of, may
from bridge.search import ReceptionFilter
from bridge.states import UNDER_WAY
from web.config import WebPorts
from web.keys import CONFIG, PORTS
from web.overview import address, next_step, points_of
from web.reach import Seen
from web.render import render, see_other
from web.requests import actor_of
from web.times import midnight

DAYS_AHEAD = 14
MOST_CARDS = 200
"""More than an office holds in two weeks; the list of all receptions has the rest, in pages."""

DAYS_BACK = 2
"""A reception that began the day before yesterday and still runs is shown until it ends."""


async def front(request: web.Request) -> web.StreamResponse:
    """The front door leads to today's list (and from there to the sign-in)."""
    raise see_other("/today")


async def show(request: web.Request) -> web.StreamResponse:
    """Live ones and today's first, then what comes in the next two weeks."""
    actor, ports = actor_of(request), request.app[PORTS]
    zone, now = ZoneInfo(request.app[CONFIG].zone), ports.clock.utc()
    begin, tomorrow = midnight(zone, now), midnight(zone, now, 1)
    span = ReceptionFilter(
        agencies=agencies_of(actor, Action.SEE_RECEPTION),
        account=actor.account,
        from_utc_ns=midnight(zone, now, -DAYS_BACK),
        before_utc_ns=midnight(zone, now, DAYS_AHEAD),
    )
    async with ports.units.reading() as unit:
        rows = await unit.receptions.find(span, None, MOST_CARDS)
    seen = [one for row in rows if (one := await seen_by(actor, ports, row))]
    return render(
        request,
        "today.html",
        today=[one for one in seen if _is_now(one, begin, tomorrow)],
        ahead=[one for one in seen if one.reception.starts_utc_ns >= tomorrow],
        next_step=next_step,
        points_of=points_of,
        address=address,
        may_schedule=may(actor, Action.SCHEDULE, Concern("reception", actor.agency)),
    )


def _is_now(seen: Seen, begin: int, end: int) -> bool:
    reception = seen.reception
    return begin <= reception.starts_utc_ns < end or (reception.state in UNDER_WAY and reception.starts_utc_ns < begin)


async def seen_by(someone: Actor, ports: WebPorts, row: ReceptionRow) -> Seen | None:
    """The row's reception as they stand in it; None when they may not see it."""
    reception = await ports.receptions.present(row.id)
    actor = actor_in(someone, reception)
    return Seen(reception, actor) if may(actor, Action.SEE_RECEPTION, reception.concern) else None
