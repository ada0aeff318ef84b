"""The public page of an office: when it receives, how, from which points. Never titles, cases or names.

Needs no sign-in and is the same for everybody, so that caches may keep it for a minute.
"""

from zoneinfo import ZoneInfo

from aiohttp import web

from bridge.finding import ReceptionFilter
from bridge.ids import AgencyId
from bridge.model import Agency, ReceptionRow
from web.keys import CONFIG, PORTS
from web.middlewares.language import CHOICE
from web.render import render
from web.times import midnight

DAYS_AHEAD = 60
MOST_ROWS = 200
KEPT_S = 60
"""How long a cache may go on showing a reception that was cancelled."""


async def published(request: web.Request) -> tuple[Agency, list[ReceptionRow]]:
    """The office of the address and what of it everybody may know, from today on. Raises NotFound."""
    ports, zone = request.app[PORTS], ZoneInfo(request.app[CONFIG].zone)
    agency, now = AgencyId(request.match_info["agency"]), ports.clock.utc()
    asked = ReceptionFilter(
        agencies=frozenset({agency}),
        from_utc_ns=midnight(zone, now),
        before_utc_ns=midnight(zone, now, DAYS_AHEAD),
        public=True,
    )
    async with ports.units.reading() as unit:
        return await unit.organisation.agency(agency), await unit.receptions.find(asked, None, MOST_ROWS)


def keep_for_a_minute(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    """By caches too; it depends on the language that is asked for, and on nobody's session. Not when a cookie goes with
    it, which is for one reader."""
    if CHOICE in request.query:
        return response
    response.headers["Cache-Control"] = f"public, max-age={KEPT_S}"
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


async def show(request: web.Request) -> web.StreamResponse:
    """``/offices/{agency}``."""
    agency, rows = await published(request)
    zone = ZoneInfo(request.app[CONFIG].zone)
    tomorrow = midnight(zone, request.app[PORTS].clock.utc(), 1)
    page = render(
        request,
        "office.html",
        agency=agency,
        today=[row for row in rows if row.starts_utc_ns < tomorrow],
        coming=[row for row in rows if row.starts_utc_ns >= tomorrow],
        days=DAYS_AHEAD,
    )
    return keep_for_a_minute(request, page)
