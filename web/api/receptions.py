"""REST for receptions: the same services as the pages."""

from aiohttp import web

from bridge.commands import CancelReception, ChangeReception, OpenDoors
from bridge.errors import Invalid
from bridge.finding import ReceptionCursor, cursor_of
from bridge.ids import NS_PER_MS, SeatId, is_guest
from bridge.invitations import shown_code
from bridge.model import Seat
from bridge.policy import Action, Concern
from bridge.reception import Reception
from web.api.bodies import json_response, made_response, read_body, read_query
from web.api.wire import ReceptionsPage, ReceptionsQuery
from web.keys import CONFIG, INVITING, PORTS
from web.pages.invitations import link_of
from web.pages.offices import keep_for_a_minute, published
from web.pages.planning import own_device_name
from web.paging import Paged, parse_cursor
from web.reach import Seen, allowed, open_to, reception_of, seen_by, shown_to
from web.requests import account_of, actor_of
from web.scheduling import EARLIEST_MS, LATEST_MS, command_of, directory, plan_of, request_of
from web.wire import (
    AgendaView,
    ChangeRequest,
    InvitationView,
    PublicReception,
    ReasonRequest,
    ReceptionRequest,
    ReceptionView,
    SeatView,
)

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
        seats=tuple(_seat_view(seat, seat.id in there) for seat in reception.seats.values()),
        cases=tuple(AgendaView(item.number, item.case, item.title, item.seats) for item in reception.agenda),
        public=reception.public,
        edition=reception.edition,
    )


def _seat_view(seat: Seat, connected: bool) -> SeatView:
    return SeatView(
        id=seat.id,
        role=seat.role,
        name=seat.name,
        point=seat.point_name,
        connected=connected,
        guest=is_guest(seat.account),
        people=tuple(person.name for person in seat.people),
    )


async def listing(request: web.Request) -> web.StreamResponse:
    """``GET /api/receptions``: those the reader may see."""
    actor, ports, asked = actor_of(request), request.app[PORTS], read_query(request, ReceptionsQuery)
    begin, end = _span(asked, ports.clock.utc() // NS_PER_MS)
    after = parse_cursor(asked.after, ReceptionCursor)
    wanted = open_to(actor, begin * NS_PER_MS, end * NS_PER_MS)
    async with ports.units.reading() as unit:
        page = Paged(await unit.receptions.find(wanted, after, asked.limit + 1), asked.limit, cursor_of)
        seen = await seen_by(actor, unit, page.rows)
    return json_response(ReceptionsPage(tuple(view_of(shown_to(one)) for one in seen), page.next))


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
    return json_response(view_of(shown_to(await reception_of(request))))


async def create(request: web.Request) -> web.StreamResponse:
    """``POST /api/receptions``: 201 with the planned reception."""
    actor, ports = actor_of(request), request.app[PORTS]
    await allowed(request, actor, Action.SCHEDULE, Concern("reception", actor.agency))
    asked = await read_body(request, ReceptionRequest)
    known, word = await directory(ports.units, {seat.account for seat in asked.seats}), own_device_name(request)
    command = command_of(asked, account_of(request), known, ports.entropy, word)
    made = await request.app[INVITING].schedule(actor, command)
    return made_response(view_of(made), f"/api/receptions/{made.id}")


async def open_doors(request: web.Request) -> web.StreamResponse:
    """``POST /api/receptions/{id}/open``."""
    seen = await reception_of(request)
    opened = await request.app[PORTS].receptions.execute(seen.actor, seen.reception.id, OpenDoors())
    return json_response(view_of(opened))


async def cancel(request: web.Request) -> web.StreamResponse:
    """``POST /api/receptions/{id}/cancel``."""
    seen, asked = await reception_of(request), await read_body(request, ReasonRequest)
    command = CancelReception(asked.reason)
    return json_response(view_of(await request.app[INVITING].cancel(seen.actor, seen.reception.id, command)))


async def plan(request: web.Request) -> web.StreamResponse:
    """``GET /api/receptions/{id}/plan``: as it is sent back to change it."""
    seen = await reception_of(request)
    await allowed(request, seen.actor, Action.CHANGE, seen.reception.concern)
    known = await directory(request.app[PORTS].units, ())
    return json_response(ChangeRequest(seen.reception.edition, request_of(seen.reception.plan, known)))


async def change(request: web.Request) -> web.StreamResponse:
    """``PUT /api/receptions/{id}/plan``: the plan as it is from now on. 409 when it is of another edition by now."""
    seen, ports = await reception_of(request), request.app[PORTS]
    await allowed(request, seen.actor, Action.CHANGE, seen.reception.concern)
    asked = await read_body(request, ChangeRequest)
    known = await directory(ports.units, {seat.account for seat in asked.plan.seats})
    word = own_device_name(request)
    wanted = plan_of(asked.plan, known, ports.entropy, word, seen.reception.plan)
    command = ChangeReception(asked.edition, wanted)
    return json_response(view_of(await request.app[INVITING].change(seen.actor, seen.reception.id, command)))


async def invitations(request: web.Request) -> web.StreamResponse:
    """``GET /api/receptions/{id}/invitations``: the codes; the audit tells who read them."""
    seen = await reception_of(request)
    return json_response(await _invitations(request, seen))


async def renew(request: web.Request) -> web.StreamResponse:
    """``POST /api/receptions/{id}/invitations/{seat}/renew``: another code; the one before opens nothing any more."""
    seen, seat = await reception_of(request), SeatId(request.match_info["seat"])
    await request.app[INVITING].renew(seen.actor, seen.reception, seat)
    return json_response((await _invitations(request, seen, seat))[0])


async def _invitations(request: web.Request, seen: Seen, only: SeatId | None = None) -> list[InvitationView]:
    origin = request.app[CONFIG].origin
    return [
        InvitationView(
            seat=one.seat.id,
            name=one.seat.name,
            code=shown_code(one.code) if one.code else None,
            link=link_of(origin, one.code) if one.code else None,
            until_ms=one.until_utc_ns // NS_PER_MS,
        )
        for one in await request.app[INVITING].read(seen.actor, seen.reception, only)
    ]


async def of_office(request: web.Request) -> web.StreamResponse:
    """``GET /api/offices/{agency}/receptions``: what stands on the office's public page, without a sign-in."""
    _, rows = await published(request)
    told = [PublicReception(row.starts_utc_ns // NS_PER_MS, row.kind, row.state, row.points) for row in rows]
    return keep_for_a_minute(request, json_response(told))
