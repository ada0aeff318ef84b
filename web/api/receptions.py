"""REST for receptions: the same services as the pages."""

from aiohttp import web

from bridge.commands import CancelReception, OpenDoors
from bridge.errors import Invalid
from bridge.guests import shown_of
from bridge.ids import NS_PER_MS
from bridge.policy import Action, Actor, Concern
from bridge.reception import Reception
from web.api.bodies import json_response, read_body
from web.keys import PORTS
from web.pages.today import seen_by
from web.reach import allowed, reception_of
from web.requests import account_of, actor_of
from web.scheduling import EARLIEST_MS, LATEST_MS, command_of, directory
from web.wire import AgendaView, ReasonRequest, ReceptionRequest, ReceptionView, SeatView

MAX_LISTED_DAYS = 366
_DAY_MS = 86_400_000


def view_of(reception: Reception, reader: Actor) -> ReceptionView:
    """The reception as this reader's programs see it."""
    seats, cases = shown_of(reception, reader)
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
        seats=tuple(SeatView(seat.id, seat.role, seat.name, seat.point_name, seat.id in there) for seat in seats),
        cases=tuple(AgendaView(item.number, item.title) for item in cases),
    )


async def listing(request: web.Request) -> web.StreamResponse:
    """``GET /api/receptions?from_ms=&before_ms=``: those the reader may see; without times the day around now."""
    actor, ports = actor_of(request), request.app[PORTS]
    now = ports.clock.utc() // NS_PER_MS
    begin, end = _time(request, "from_ms", now - _DAY_MS), _time(request, "before_ms", now + _DAY_MS)
    if not EARLIEST_MS <= begin <= end <= LATEST_MS or end - begin > MAX_LISTED_DAYS * _DAY_MS:
        raise Invalid(field="before_ms", limit=str(MAX_LISTED_DAYS))
    async with ports.units.reading() as unit:
        rows = await unit.receptions.rows(begin * NS_PER_MS, end * NS_PER_MS)
    seen = [one for row in rows if (one := await seen_by(actor, ports, row))]
    return json_response([view_of(one.reception, one.actor) for one in seen])


def _time(request: web.Request, name: str, otherwise: int) -> int:
    text = request.query.get(name)
    if text is None:
        return otherwise
    if not text.isascii() or not text.isdigit() or len(text) > 14:
        raise Invalid(field=name)
    return int(text)


async def show(request: web.Request) -> web.StreamResponse:
    """``GET /api/receptions/{id}``."""
    seen = await reception_of(request)
    return json_response(view_of(seen.reception, seen.actor))


async def create(request: web.Request) -> web.StreamResponse:
    """``POST /api/receptions``: 201 with the planned reception."""
    actor, ports = actor_of(request), request.app[PORTS]
    await allowed(request, actor, Action.SCHEDULE, Concern("reception", actor.agency))
    asked = await read_body(request, ReceptionRequest)
    command = command_of(asked, account_of(request), await directory(ports.units), ports.entropy)
    made = await ports.receptions.schedule(actor, command)
    response = json_response(view_of(made, actor), status=201)
    response.headers["Location"] = f"/api/receptions/{made.id}"
    return response


async def open_doors(request: web.Request) -> web.StreamResponse:
    """``POST /api/receptions/{id}/open``."""
    seen = await reception_of(request)
    opened = await request.app[PORTS].receptions.execute(seen.actor, seen.reception.id, OpenDoors())
    return json_response(view_of(opened, seen.actor))


async def cancel(request: web.Request) -> web.StreamResponse:
    """``POST /api/receptions/{id}/cancel``."""
    seen, asked = await reception_of(request), await read_body(request, ReasonRequest)
    command = CancelReception(asked.reason)
    cancelled = await request.app[PORTS].receptions.execute(seen.actor, seen.reception.id, command)
    return json_response(view_of(cancelled, seen.actor))
