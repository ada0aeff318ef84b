"""One reception in blocks: how it stands, agenda, points, people, invitations, note; open its doors, cancel it."""

from collections.abc import Mapping, Sequence

from aiohttp import web

from bridge.commands import CancelReception, OpenDoors
from bridge.errors import Invalid
from bridge.inviting import guests
from bridge.model import OWN_DEVICE, Seat
from bridge.plans import received
from bridge.policy import Action
from bridge.reasons import MAX_REASON
from bridge.reception import Reception
from bridge.states import BEFORE_LIVE, OVER, UNDER_WAY, ReceptionState
from web.forms import Form, read_form
from web.keys import INVITING, PORTS
from web.overview import address, next_step, points_of
from web.reach import Seen, reception_of, shown_to
from web.render import render, see_other

_WAY = (ReceptionState.PLANNED, ReceptionState.LIVE, ReceptionState.CLOSED, ReceptionState.ARCHIVED)
"""The steps every reception takes; another one is shown while it is the present one."""


async def show(request: web.Request) -> web.StreamResponse:
    """The reception's page."""
    return _page(request, await reception_of(request), Form())


def _page(request: web.Request, seen: Seen, form: Form, status: int = 200) -> web.Response:
    reception = shown_to(seen)
    return render(
        request,
        "reception.html",
        status,
        seen=seen,
        reception=reception,
        seats=[(seat, reception.at_seat(seat.id)) for seat in reception.seats.values()],
        points=points_of(seen.reception),
        step=next_step(seen),
        address=address(reception),
        may_cancel=reception.state in BEFORE_LIVE and seen.may(Action.CANCEL),
        may_change=reception.state in BEFORE_LIVE | UNDER_WAY and seen.may(Action.CHANGE),
        may_watch=reception.began is not None and seen.may(Action.WATCH_ROOMS),
        may_invite=reception.state not in OVER and seen.may(Action.INVITE),
        sees_note=seen.may(Action.CHANGE),
        invited=guests(reception),
        way=way_of(reception),
        places=places_of(reception),
        received=[item.number for item in received(reception)],
        max_reason=MAX_REASON,
        form=form,
        saved="saved" in request.query,
    )


def way_of(reception: Reception) -> Sequence[tuple[ReceptionState, bool]]:
    """The steps from planned to the archive, each with whether it is the present one."""
    present = reception.state
    if present is ReceptionState.CANCELLED:
        return [(ReceptionState.PLANNED, False), (present, True)]
    steps = sorted({*_WAY, present}, key=list(ReceptionState).index)
    return [(step, step is present) for step in steps]


def places_of(reception: Reception) -> Mapping[str, Sequence[Seat]]:
    """The seats by the name of their point; whoever is on a device of their own stands together."""
    found: dict[str, list[Seat]] = {}
    ordered = sorted(reception.seats.values(), key=lambda seat: seat.point == OWN_DEVICE)
    for seat in ordered:
        found.setdefault(seat.point_name, []).append(seat)
    return found


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
        await request.app[INVITING].cancel(seen.actor, seen.reception.id, command)
    except Invalid:
        form.wrong("reason", limit=str(MAX_REASON))
        return _page(request, seen, form, status=422)
    raise see_other(address(seen.reception))
