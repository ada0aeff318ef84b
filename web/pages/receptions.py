"""All receptions of the reader, coming and past, found by their titles, a page at a time."""

from zoneinfo import ZoneInfo

from aiohttp import web

from bridge.finding import ReceptionCursor, cursor_of
from bridge.policy import Action, Concern, agencies_of, may
from web.keys import CONFIG, PORTS
from web.overview import step_of_row
from web.paging import Paged, parse_cursor
from web.reception_search import asked_of
from web.render import render
from web.requests import account_of, actor_of
from web.times import midnight

PAGE = 25


async def listing(request: web.Request) -> web.StreamResponse:
    """``/receptions?title=&when=coming|past&after=``."""
    account, actor, ports = account_of(request), actor_of(request), request.app[PORTS]
    today = midnight(ZoneInfo(request.app[CONFIG].zone), ports.clock.utc())
    asked = asked_of(request.query, agencies_of(actor, Action.SEE_RECEPTION), account.id, today)
    after = parse_cursor(request.query.get("after", ""), ReceptionCursor)
    async with ports.units.reading() as unit:
        rows = [] if asked.form.faults else await unit.receptions.find(asked.filter, after, PAGE + 1)
        page = Paged(rows, PAGE, cursor_of)
        seats = await unit.receptions.seats_of(account.id, [row.id for row in page.rows])
    return render(
        request,
        "receptions.html",
        status=422 if asked.form.faults else 200,
        form=asked.form,
        asked=asked,
        cards=[(row, step_of_row(row, actor, seats.get(row.id))) for row in page.rows],
        first=after is None,
        next=page.next,
        may_schedule=may(actor, Action.SCHEDULE, Concern("reception", account.agency)),
    )
