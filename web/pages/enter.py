"""The door for people without an account: a code typed or photographed, whom it invites, and a visit."""

from aiohttp import web

from bridge.errors import Code, Refusal
from bridge.guests import Invited
from web.cookies import carry_visit, drop_visit, redirect, visit_secret
from web.forms import Form, read_form
from web.keys import GUEST, VISITS
from web.refusals import told
from web.render import render, see_other
from web.requests import address_of, words_of

_TOLD_HERE = {Code.INVITATION_UNKNOWN: 404, Code.TOO_MANY_REQUESTS: 429}


async def ask(request: web.Request) -> web.StreamResponse:
    """Where the code is typed; who is on the way in already goes on."""
    if GUEST in request and "code" not in request.query:
        raise see_other("/enter/next")
    return _asked(request, Form())


async def send(request: web.Request) -> web.StreamResponse:
    """Whom the code invites, or the form again."""
    form = await read_form(request)
    if not form.text("code"):
        form.wrong("code", like="invitation")
        return _asked(request, form, status=422)
    return await _shown(request, form)


async def by_link(request: web.Request) -> web.StreamResponse:
    """The same from the code in a picture; looking changes nothing."""
    return await _shown(request, Form({"code": request.match_info["code"]}))


async def _shown(request: web.Request, form: Form) -> web.Response:
    try:
        invited = await request.app[VISITS].invited(form.text("code"), address_of(request))
    except Refusal as refusal:
        return _refused(request, refusal)
    return _you(request, invited, form.text("code"))


def _you(request: web.Request, invited: Invited, code: str) -> web.Response:
    reception, seat = invited.reception, invited.seat
    cases = [item for item in reception.agenda if seat.id in item.seats]
    return render(
        request, "enter_you.html", reception=reception, seat=seat, cases=cases, code=code, onward="/enter/begin"
    )


async def begin(request: web.Request) -> web.StreamResponse:
    """It is they: a visit begins, under a secret that nobody knew before."""
    form, agent = await read_form(request), request.headers.get("User-Agent", "")
    visits = request.app[VISITS]
    try:
        secret = await visits.begin(form.text("code"), address_of(request), agent, visit_secret(request))
    except Refusal as refusal:
        return _refused(request, refusal)
    return carry_visit(request, redirect("/enter/next"), secret)


async def not_me(request: web.Request) -> web.StreamResponse:
    """Whom to call."""
    return render(request, "enter_not_me.html")


async def leave(request: web.Request) -> web.StreamResponse:
    """The next person at this machine begins anew."""
    if (guest := request.get(GUEST)) is not None:
        await request.app[VISITS].end(guest.visit)
    return drop_visit(request, redirect("/enter"))


def _refused(request: web.Request, refusal: Refusal) -> web.Response:
    """One answer to every code that opens nothing; what was typed is not shown again, nor kept."""
    if refusal.code not in _TOLD_HERE:
        raise refusal
    text = told(words_of(request), refusal.code, **refusal.params)
    return _asked(request, Form(), text, _TOLD_HERE[refusal.code])


def _asked(request: web.Request, form: Form, refused: str = "", status: int = 200) -> web.Response:
    return render(request, "enter.html", status, form=form, refused=refused)
