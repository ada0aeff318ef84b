"""How the lines of a reception were, for programs."""

from aiohttp import web

from bridge.ids import NS_PER_MS
from bridge.linehistory import KeptLook
from bridge.policy import Action
from web.api.bodies import json_response, read_query
from web.api.wire import LineLook, LinesPage, SeatLook
from web.keys import PORTS
from web.paging import Paged, PageQuery, parse_cursor
from web.reach import allowed, reception_of


async def listing(request: web.Request) -> web.StreamResponse:
    """``GET /api/receptions/{id}/lines``: also of one that is over."""
    seen, asked = await reception_of(request), read_query(request, PageQuery)
    await allowed(request, seen.actor, Action.WATCH_ROOMS, seen.reception.concern)
    after = parse_cursor(asked.after, tuple[int])
    begin = after[0] if after else 0
    async with request.app[PORTS].units.reading() as unit:
        looks = await unit.line_looks.of_reception(seen.reception.id, begin, asked.limit + 1)
    page = Paged(looks, asked.limit, lambda look: (look.at_utc_ns,))
    return json_response(LinesPage(tuple(_view(look) for look in page.rows), page.next))


def _view(look: KeptLook) -> LineLook:
    seats = tuple(SeatLook(seat, one.rating, one.up, one.down) for seat, one in look.seats.items())
    return LineLook(look.at_utc_ns // NS_PER_MS, look.missed, seats)
