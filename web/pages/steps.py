"""The way in, one thing a page: who one is, one's devices, the recording notice, the room, and what comes after.

The same for somebody with a code and for somebody with an account; only the addresses differ.
"""

from aiohttp import web

from bridge.commands import AcknowledgeNotice, Command, ConfirmSeat, NoteDevices
from bridge.guests import NOTICE_VERSION, Entrant, WayIn, must_be_heard, next_of
from bridge.policy import Action
from bridge.states import OVER, ReceptionState
from web.api.bodies import json_response, read_body, read_json
from web.entering import entrant_of, join_reply
from web.forms import Form, read_form
from web.keys import PORTS
from web.pages.room import devices_island, room_config, room_island
from web.reach import allowed
from web.render import render, see_other
from web.wire import DevicesFound, JoinRequest, RoomConfig

_ASK_AGAIN_S = 10


async def onward(request: web.Request) -> web.StreamResponse:
    """To whatever comes next."""
    entrant = await entrant_of(request)
    raise see_other(f"{entrant.base}/{_next(request, entrant)}")


def _next(request: web.Request, entrant: Entrant) -> WayIn:
    return next_of(entrant, request.app[PORTS].clock.utc())


async def _done(request: web.Request, entrant: Entrant, command: Command) -> None:
    await request.app[PORTS].receptions.execute(entrant.actor, entrant.reception.id, command)


async def you(request: web.Request) -> web.StreamResponse:
    """Whom the account sits for here."""
    entrant = await entrant_of(request)
    reception, seat = entrant.reception, entrant.seat
    cases = [item for item in reception.agenda if seat.id in item.seats]
    to = f"{entrant.base}/you"
    return render(request, "enter_you.html", reception=reception, seat=seat, cases=cases, code="", onward=to)


async def confirm(request: web.Request) -> web.StreamResponse:
    """It is they."""
    entrant = await entrant_of(request)
    await _done(request, entrant, ConfirmSeat())
    raise see_other(f"{entrant.base}/next")


async def early(request: web.Request) -> web.StreamResponse:
    """When, where, what to bring; on the day it looks by itself whether the doors are open."""
    entrant = await entrant_of(request)
    if _next(request, entrant) not in (WayIn.EARLY, WayIn.DEVICES, WayIn.NOTICE):
        raise see_other(f"{entrant.base}/next")
    response = render(request, "enter_early.html", reception=entrant.reception, seat=entrant.seat, base=entrant.base)
    response.headers["Refresh"] = f"{_ASK_AGAIN_S}; url={entrant.base}/next"
    return response


async def devices(request: web.Request) -> web.StreamResponse:
    """The check; what it found is sent before going on."""
    entrant = await entrant_of(request)
    to = f"{entrant.base}/next"
    return devices_island(request, to, must_be_heard(entrant.seat), send=f"{entrant.base}/devices")


async def found(request: web.Request) -> web.StreamResponse:
    """What the check found."""
    entrant, said = await entrant_of(request), await read_json(request, DevicesFound)
    await _done(request, entrant, NoteDevices(said.camera, said.microphone))
    return web.Response(status=204)


async def notice(request: web.Request) -> web.StreamResponse:
    """That everything is recorded, what for, and who keeps it."""
    return _notice(request, await entrant_of(request), Form())


def _notice(request: web.Request, entrant: Entrant, form: Form, status: int = 200) -> web.Response:
    context = {"reception": entrant.reception, "base": entrant.base, "version": NOTICE_VERSION}
    return render(request, "enter_notice.html", status, form=form, refused="", **context)


async def acknowledge(request: web.Request) -> web.StreamResponse:
    """Read: kept with its moment and the version of the text that was on the page."""
    entrant, form = await entrant_of(request), await read_form(request)
    if form.text("read") != "yes":
        form.wrong("read", like="notice")
        return _notice(request, entrant, form, status=422)
    await _done(request, entrant, AcknowledgeNotice(form.text("version")))
    raise see_other(f"{entrant.base}/next")


async def room(request: web.Request) -> web.StreamResponse:
    """The room's island: it waits first where somebody lets people in."""
    entrant = await entrant_of(request)
    if (to := _next(request, entrant)) is not WayIn.ROOM:
        raise see_other(f"{entrant.base}/{to}")
    return room_island(request, _room_config(request, entrant))


def _room_config(request: web.Request, entrant: Entrant) -> RoomConfig:
    reception, base = entrant.reception, entrant.base
    return room_config(
        request,
        reception,
        entrant.seat,
        base=base,
        join=entrant.join,
        back=f"{base}/after",
        waits=reception.lets_in,
    )


async def after(request: web.Request) -> web.StreamResponse:
    """How it ended for them, what happens next, whom to ask."""
    entrant = await entrant_of(request)
    reception = entrant.reception
    how = "ended" if reception.state in OVER else "left"
    if reception.state is ReceptionState.CANCELLED:
        how = "cancelled"
    elif entrant.seat.id in reception.dismissed:
        how = "dismissed"
    return render(request, "enter_after.html", reception=reception, base=entrant.base, how=how)


async def join(request: web.Request) -> web.StreamResponse:
    """``POST /api/enter/join`` and ``POST /api/receptions/{id}/join``: a token for the room's socket."""
    entrant = await entrant_of(request)
    await allowed(request, entrant.actor, Action.JOIN, entrant.reception.concern)
    asked = await read_body(request, JoinRequest)
    return json_response(await join_reply(request, entrant, take_over=asked.take_over))
