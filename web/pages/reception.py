"""One reception: how it stands, who sits where, the agenda; open its doors, cancel it, make a new one."""

from datetime import date, time
from zoneinfo import ZoneInfo

from aiohttp import web

from bridge.accounts import MAX_NAME
from bridge.commands import CancelReception, OpenDoors
from bridge.decisions import MAX_REASON
from bridge.errors import Invalid
from bridge.ids import NS_PER_MS, NS_PER_S, AccountId
from bridge.model import ReceptionKind, Role
from bridge.plans import MAX_SEATS, MAX_TITLE
from bridge.policy import Action, Concern, authorise
from bridge.states import BEFORE_LIVE
from web.forms import Form, read_form
from web.keys import CONFIG, PORTS
from web.overview import address, next_step, points_of
from web.reach import Seen, reception_of
from web.render import render, see_other, times_of
from web.requests import account_of, actor_of
from web.scheduling import SEAT_ROLES, command_of, directory, usual_role
from web.times import at
from web.wire import CaseRequest, ReceptionRequest, SeatRequest

_HALF_HOUR_NS = 1800 * NS_PER_S


async def show(request: web.Request) -> web.StreamResponse:
    """The reception's page."""
    return _page(request, await reception_of(request), Form())


def _page(request: web.Request, seen: Seen, form: Form, status: int = 200) -> web.Response:
    reception = seen.reception
    return render(
        request,
        "reception.html",
        status,
        seen=seen,
        reception=reception,
        seats=[(seat, reception.at_seat(seat.id)) for seat in reception.seats.values()],
        points=points_of(reception),
        step=next_step(seen),
        address=address(reception),
        may_cancel=reception.state in BEFORE_LIVE and seen.may(Action.CANCEL),
        form=form,
    )


async def open_doors(request: web.Request) -> web.StreamResponse:
    """Opens the doors; who has a seat is then one step from the room."""
    seen = await reception_of(request)
    await request.app[PORTS].receptions.execute(seen.actor, seen.reception.id, OpenDoors())
    raise see_other(address(seen.reception))


async def cancel(request: web.Request) -> web.StreamResponse:
    """Cancels with a reason, or asks for it again."""
    seen, form = await reception_of(request), await read_form(request)
    try:
        command = CancelReception(form.text("reason"))
        await request.app[PORTS].receptions.execute(seen.actor, seen.reception.id, command)
    except Invalid:
        form.wrong("reason", limit=str(MAX_REASON))
        return _page(request, seen, form, status=422)
    raise see_other(address(seen.reception))


# ── a new one ──────────────────────────────────────────────────────────────────────────────────────────────────


def _authorise(request: web.Request) -> None:
    actor = actor_of(request)
    authorise(actor, Action.SCHEDULE, Concern("reception", actor.agency))


async def new(request: web.Request) -> web.StreamResponse:
    """The form, with the next half hour filled in."""
    _authorise(request)
    soon = request.app[PORTS].clock.utc() // _HALF_HOUR_NS * _HALF_HOUR_NS + _HALF_HOUR_NS
    starts = times_of(request).local(soon)
    return await _form_page(request, Form({"date": f"{starts:%Y-%m-%d}", "time": f"{starts:%H:%M}"}))


async def create(request: web.Request) -> web.StreamResponse:
    """A planned reception, or the form again as it was sent with every fault named."""
    _authorise(request)
    form, ports = await read_form(request), request.app[PORTS]
    asked = _asked(form, ZoneInfo(request.app[CONFIG].zone))
    if asked is not None:
        try:
            command = command_of(asked, account_of(request), await directory(ports.units), ports.entropy)
            made = await ports.receptions.schedule(actor_of(request), command)
        except Invalid as refusal:
            form.refused(refusal)
        else:
            raise see_other(address(made))
    return await _form_page(request, form, status=422)


async def _form_page(request: web.Request, form: Form, status: int = 200) -> web.Response:
    known = await directory(request.app[PORTS].units)
    return render(
        request,
        "new.html",
        status,
        form=form,
        known=known,
        people=sorted(known.accounts.values(), key=lambda account: (account.point is not None, account.name)),
        roles=SEAT_ROLES,
        usual_role=usual_role,
    )


def _asked(form: Form, zone: ZoneInfo) -> ReceptionRequest | None:
    """What the form asks for; None with its faults noted when it cannot be read."""
    starts = _starts(form, zone)
    seats = _seats(form)
    if not 0 < len(form.text("title")) <= MAX_TITLE:
        form.wrong("title", limit=str(MAX_TITLE))
    if not seats:
        form.wrong("seats", limit=str(MAX_SEATS))
    elif sum(seat.role is Role.CHAIR for seat in seats) != 1:
        form.wrong("chair")
    cases = tuple(CaseRequest(line.strip()) for line in form.text("cases").splitlines() if line.strip())
    if form.faults:
        return None
    return ReceptionRequest(form.text("title"), starts, seats, cases, ReceptionKind.AD_HOC)


def _starts(form: Form, zone: ZoneInfo) -> int:
    """Ms since 1970 UTC; 0 with its fault noted."""
    found: dict[str, date | time] = {}
    for name, parse in (("date", date.fromisoformat), ("time", time.fromisoformat)):
        try:
            found[name] = parse(form.text(name))
        except ValueError:
            form.wrong(name)
    day, hour = found.get("date"), found.get("time")
    if not isinstance(day, date) or not isinstance(hour, time):
        return 0
    return at(zone, day, hour.replace(tzinfo=None)) // NS_PER_MS


def _seats(form: Form) -> tuple[SeatRequest, ...]:
    """One row of the form for each account: ``seat-{id}`` ticked, ``role-{id}``, ``name-{id}``."""
    chosen = [name.removeprefix("seat-") for name in form.values if name.startswith("seat-")]
    known = {str(role): role for role in SEAT_ROLES}
    for account in chosen:
        if len(form.text(f"name-{account}")) > MAX_NAME:
            form.wrong(f"name-{account}", like="name", limit=str(MAX_NAME))
    return tuple(
        SeatRequest(
            AccountId(account), known.get(form.text(f"role-{account}"), Role.OBSERVER), form.text(f"name-{account}")
        )
        for account in chosen
    )
