"""REST for receptions: the same services as the pages."""

from aiohttp import web

from bridge.commands import CancelReception, OpenDoors
from bridge.errors import Invalid, Refusal
from bridge.finding import ReceptionCursor, cursor_of
from bridge.ids import NS_PER_MS
from bridge.policy import Action, Concern, authorise
from bridge.ports import JoinGrant
from bridge.reception import Reception
from bridge.rules import may_join
from web.api.bodies import json_response, made_response, read_body, read_query
from web.api.wire import ReceptionsPage, ReceptionsQuery
from web.keys import CONFIG, PORTS
from web.pages.room import own_seat
from web.paging import Paged, parse_cursor
from web.reach import open_to, reception_of, seen_by
from web.requests import account_of, actor_of
from web.scheduling import EARLIEST_MS, LATEST_MS, command_of, directory
from web.wire import AgendaView, JoinReply, ReasonRequest, ReceptionRequest, ReceptionView, SeatView

MAX_LISTED_DAYS = 366
_DAY_MS = 86_400_000


def view_of(reception: Reception) -> ReceptionView:
    """The reception as programs see it."""
    there = {someone.seat for someone in reception.participants.values() if someone.connected}
    return ReceptionView(
        id=reception.id,
        title=reception.title,
        office=reception.office,
        kind=reception.kind,
        state=str(reception.state),
        doors_open=reception.doors_open,
        starts_ms=reception.starts_utc_ns // NS_PER_MS,
        began_ms=reception.began.utc_ns // NS_PER_MS if reception.began else None,
        ended_ms=reception.ended.utc_ns // NS_PER_MS if reception.ended else None,
        recording=reception.recording,
        seats=tuple(
            SeatView(seat.id, seat.role, seat.name, seat.point_name, seat.id in there)
            for seat in reception.seats.values()
        ),
        cases=tuple(AgendaView(item.number, item.title) for item in reception.agenda),
    )


async def listing(request: web.Request) -> web.StreamResponse:
    """``GET /api/receptions``: those the reader may see."""
    account, ports, asked = account_of(request), request.app[PORTS], read_query(request, ReceptionsQuery)
    begin, end = _span(asked, ports.clock.utc() // NS_PER_MS)
    after = parse_cursor(asked.after, ReceptionCursor)
    wanted = open_to(account, begin * NS_PER_MS, end * NS_PER_MS)
    async with ports.units.reading() as unit:
        page = Paged(await unit.receptions.find(wanted, after, asked.limit + 1), asked.limit, cursor_of)
    seen = await seen_by(account, ports, page.rows)
    return json_response(ReceptionsPage(tuple(view_of(one.reception) for one in seen), page.next))


def _span(asked: ReceptionsQuery, now: int) -> tuple[int, int]:
    """Raises Invalid."""
    begin = now - _DAY_MS if asked.from_ms is None else asked.from_ms
    end = now + _DAY_MS if asked.before_ms is None else asked.before_ms
    for name, at in (("from_ms", begin), ("before_ms", end)):
        if not EARLIEST_MS <= at <= LATEST_MS:
            raise Invalid(field=name)
    if not 0 <= end - begin <= MAX_LISTED_DAYS * _DAY_MS:
        raise Invalid(field="before_ms", limit=str(MAX_LISTED_DAYS))
    return begin, end


async def show(request: web.Request) -> web.StreamResponse:
    """``GET /api/receptions/{id}``."""
    return json_response(view_of((await reception_of(request)).reception))


async def create(request: web.Request) -> web.StreamResponse:
    """``POST /api/receptions``: 201 with the planned reception."""
    actor, ports = actor_of(request), request.app[PORTS]
    authorise(actor, Action.SCHEDULE, Concern("reception", actor.agency))
    asked = await read_body(request, ReceptionRequest)
    known = await directory(ports.units, {seat.account for seat in asked.seats})
    made = await ports.receptions.schedule(actor, command_of(asked, account_of(request), known, ports.entropy))
    return made_response(view_of(made), f"/api/receptions/{made.id}")


async def open_doors(request: web.Request) -> web.StreamResponse:
    """``POST /api/receptions/{id}/open``."""
    seen = await reception_of(request)
    return json_response(
        view_of(await request.app[PORTS].receptions.execute(seen.actor, seen.reception.id, OpenDoors()))
    )


async def cancel(request: web.Request) -> web.StreamResponse:
    """``POST /api/receptions/{id}/cancel``."""
    seen, asked = await reception_of(request), await read_body(request, ReasonRequest)
    command = CancelReception(asked.reason)
    return json_response(view_of(await request.app[PORTS].receptions.execute(seen.actor, seen.reception.id, command)))


async def join(request: web.Request) -> web.StreamResponse:
    """``POST /api/receptions/{id}/join``: a token for the room's socket. Refused as :func:`bridge.rules.may_join`."""
    seen, config = await reception_of(request), request.app[CONFIG]
    seat = own_seat(seen)
    if (why_not := may_join(seen.reception, seat.id)) is not None:
        raise Refusal(why_not, f"join of reception {seen.reception.id}")
    token = request.app[PORTS].tokens.mint(JoinGrant(seen.reception.id, seat.id, seen.actor.account))
    return json_response(JoinReply(token, config.socket_origin, config.socket_path, config.namespace, ()))
