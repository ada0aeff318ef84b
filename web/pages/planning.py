"""A new reception, and the changes of one: the form, whose rows grow and move without JavaScript.

Who is overtaken by somebody else is told what they changed; what was typed stays, and sending it again decides.
"""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from aiohttp import web

from bridge.accounts import MAX_NAME
from bridge.commands import ChangeReception, ScheduleReception
from bridge.errors import Conflict, IllegalTransition, Invalid
from bridge.evolution import rebuilt
from bridge.ids import NS_PER_S, CaseId, is_guest
from bridge.model import GUEST_ROLES, Plan, ReceptionKind, Role
from bridge.plans import MAX_CASES, MAX_NOTE, MAX_PEOPLE, MAX_SEATS, MAX_TITLE, differences, received
from bridge.policy import Action, Concern
from bridge.reception import Reception
from bridge.states import BEFORE_LIVE, UNDER_WAY
from web.forms import Form, read_form
from web.keys import CATALOGUES, CONFIG, INVITING, OFFICES, PORTS
from web.once import Key, Once
from web.overview import address
from web.plan_form import agenda_asked, asked_of, empty_plan, fields_of_plan, put_together, refuse_own_devices, ticked
from web.plan_rows import SAVE, case_rows, person_rows, pressed, rearranged
from web.plan_words import told_differences
from web.reach import Seen, allowed, reception_of
from web.render import render, see_other, times_of
from web.requests import account_of, actor_of, office_of, words_of
from web.scheduling import (
    OWN_DEVICE_NAME,
    SEAT_ROLES,
    choosable,
    command_of,
    directory,
    plan_of,
    usual_role,
)
from web.sending import MARK, key_of, marked, sent_once
from web.wire import ReceptionRequest

EDITION = "edition"
_HALF_HOUR_NS = 1800 * NS_PER_S
_LIMITS = {
    "title": MAX_TITLE,
    "name": MAX_NAME,
    "note": MAX_NOTE,
    "cases": MAX_CASES,
    "seats": MAX_SEATS,
    "people": MAX_PEOPLE,
}


def own_device_name(request: web.Request) -> str:
    """In the office's language: it is written into the record."""
    app = request.app
    return app[CATALOGUES].words[app[CONFIG].language].t(OWN_DEVICE_NAME)


def _zone(request: web.Request) -> ZoneInfo:
    return ZoneInfo(request.app[CONFIG].zone)


class PlanningPages:
    """The form, new and again."""

    def __init__(self, once: Once) -> None:
        self._once = once

    # ── a new one ──────────────────────────────────────────────────────────────────────────────────────────────

    async def new(self, request: web.Request) -> web.StreamResponse:
        """The form, with the next half hour filled in."""
        await _may_schedule(request)
        soon = request.app[PORTS].clock.utc() // _HALF_HOUR_NS * _HALF_HOUR_NS + _HALF_HOUR_NS
        return await _page(request, marked(request, **empty_plan(soon, times_of(request), office_of(request).admit)))

    async def create(self, request: web.Request) -> web.StreamResponse:
        """A planned reception, or the form again as it was sent with every fault named."""
        await _may_schedule(request)
        form = await read_form(request)
        if pressed(form) != SAVE:
            return await _page(request, rearranged(form))
        command = await _command_asked(request, form)
        if command is None:
            return await _page(request, form, status=422)

        async def do(_: Key) -> str:
            return address(await request.app[INVITING].schedule(actor_of(request), command))

        onward = await sent_once(self._once, request, form, do)
        if onward is None:
            return await _page(request, form, status=422)
        raise see_other(onward)

    # ── a change ───────────────────────────────────────────────────────────────────────────────────────────────

    async def edit(self, request: web.Request) -> web.StreamResponse:
        """The form with the plan as it is."""
        reception = (await _changeable(request)).reception
        fields = fields_of_plan(reception.plan, times_of(request), len(received(reception)))
        form = marked(request, **fields, **{EDITION: str(reception.edition)})
        return await _page(request, form, reception)

    async def change(self, request: web.Request) -> web.StreamResponse:
        """Changed, or the form again: with its faults, or with what somebody else changed meanwhile."""
        seen = await _changeable(request)
        form, reception = await read_form(request), seen.reception
        if pressed(form) != SAVE:
            return await _page(request, rearranged(form), reception)
        if (onward := await self._once.answered(key_of(request, form))) is not None:
            raise see_other(onward)  # what was read is older by now because of this very form
        edition = _edition(form)
        if edition != reception.edition:
            return await _overtaken(request, form, reception, edition)
        plan = await _plan_asked(request, form, reception)
        if plan is None:
            return await _page(request, form, reception, 422)

        async def do(_: Key) -> str:
            await request.app[INVITING].change(seen.actor, reception.id, ChangeReception(edition, plan))
            return f"{address(reception)}?saved"

        try:
            onward = await sent_once(self._once, request, form, do)
        except Conflict:
            now = await request.app[PORTS].receptions.present(reception.id)
            return await _overtaken(request, form, now, edition)
        if onward is None:
            return await _page(request, form, reception, 422)
        raise see_other(onward)


# ── what is asked for ──────────────────────────────────────────────────────────────────────────────────────────


async def _may_schedule(request: web.Request) -> None:
    actor = actor_of(request)
    await allowed(request, actor, Action.SCHEDULE, Concern("reception", actor.agency))


async def _changeable(request: web.Request) -> Seen:
    """The reception of the address. Raises NotFound, NotPermitted, IllegalTransition once it is over."""
    seen = await reception_of(request)
    await allowed(request, seen.actor, Action.CHANGE, seen.reception.concern)
    if seen.reception.state not in BEFORE_LIVE | UNDER_WAY:
        raise IllegalTransition(detail=f"change of a {seen.reception.state} reception", state=seen.reception.state)
    return seen


def _edition(form: Form) -> int:
    text = form.text(EDITION)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


async def _command_asked(request: web.Request, form: Form) -> ScheduleReception | None:
    """None with the faults noted."""
    asked, ports = await _asked(request, form), request.app[PORTS]
    if asked is None:
        return None
    known = await directory(ports.units)
    try:
        return command_of(asked, account_of(request), known, ports.entropy, own_device_name(request))
    except Invalid as refusal:
        form.refused(refusal)
        return None


async def _asked(request: web.Request, form: Form, reception: Reception | None = None) -> ReceptionRequest | None:
    """None with every fault noted, also what the office does not allow."""
    if not await _own_devices(request, reception):
        refuse_own_devices(form, reception.plan if reception else None)
    asked = asked_of(form, _zone(request))
    return None if form.faults else asked


async def _own_devices(request: web.Request, reception: Reception | None) -> bool:
    agency = reception.agency if reception else account_of(request).agency
    return (await request.app[OFFICES].of(agency)).own_devices


async def _plan_asked(request: web.Request, form: Form, reception: Reception) -> Plan | None:
    """None with the faults noted. Under way only the agenda and the note are asked for."""
    ports = request.app[PORTS]
    if reception.state in UNDER_WAY:
        fresh = [CaseId(ports.entropy.id()) for _ in range(MAX_CASES)]
        return agenda_asked(form, reception.plan, received(reception), fresh)
    asked = await _asked(request, form, reception)
    if asked is None:
        return None
    known = await directory(ports.units)
    try:
        return plan_of(asked, known, ports.entropy, own_device_name(request), reception.plan)
    except Invalid as refusal:
        form.refused(refusal)
        return None


# ── the page ───────────────────────────────────────────────────────────────────────────────────────────────────


async def _overtaken(request: web.Request, form: Form, now: Reception, edition: int) -> web.Response:
    """What was typed, beside what somebody else stored since it was read; sending it again is meant."""
    history = await request.app[PORTS].receptions.history(now.id)
    read = [recorded for recorded in history if recorded.version <= edition]
    was = rebuilt(read).plan if read else now.plan
    times = times_of(request)
    again = put_together(form, was, now.plan, times)
    again = Form({**again.values, EDITION: str(now.edition)}, again.faults)
    told = told_differences(differences(was, now.plan), words_of(request), times)
    return await _page(request, again, now, 409, overtaken=told)


async def _page(
    request: web.Request,
    form: Form,
    reception: Reception | None = None,
    status: int = 200,
    overtaken: Sequence[str] | None = None,
) -> web.Response:
    known = await directory(request.app[PORTS].units)
    seated = {seat.account: seat for seat in reception.seats.values()} if reception else {}
    return render(
        request,
        "planning.html",
        status,
        form=form,
        reception=reception,
        address=address(reception) if reception else "/receptions",
        known=known,
        accounts=choosable(known, account_of(request).agency, ticked(form), form.text("find")),
        closed=[seat for key, seat in seated.items() if key not in known.accounts and not is_guest(key)],
        people=person_rows(form),
        cases=case_rows(form),
        received=received(reception) if reception else (),
        agenda_only=reception is not None and reception.state in UNDER_WAY,
        points=sorted(known.points.values(), key=lambda point: point.name),
        roles=SEAT_ROLES,
        guest_roles=[role for role in Role if role in GUEST_ROLES],
        kinds=list(ReceptionKind),
        usual_role=usual_role,
        own_devices=await _own_devices(request, reception),
        limits=_LIMITS,
        mark=MARK,
        edition=EDITION,
        overtaken=overtaken,
    )
