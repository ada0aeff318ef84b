"""The one page behind the first administrator's link."""

from aiohttp import web

from bridge.accounts import MAX_NAME, MIN_PASSWORD, check_password, checked_login, checked_name
from bridge.errors import Invalid
from web.firstadministrator import FirstAdministrator, FirstPerson
from web.forms import Form, read_form
from web.render import render, see_other
from web.requests import address_of

CODE = "code"
"""In the query, which the log does not keep, and then in the form."""


class FirstPages:
    """The handlers."""

    def __init__(self, desk: FirstAdministrator) -> None:
        self._desk = desk

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The form, for who has the link; for everybody else nothing is here."""
        code = request.query.get(CODE, "")
        await self._desk.check(code, address_of(request))
        return _page(request, Form({CODE: code}))

    async def send(self, request: web.Request) -> web.StreamResponse:
        """On to the sign-in, or the form again with every fault."""
        form = await read_form(request)
        code = form.text(CODE)
        await self._desk.check(code, address_of(request))
        asked = _asked(form)
        if not form.faults:
            try:
                await self._desk.make(code, asked, address_of(request))
            except Invalid as refusal:
                form.refused(refusal)
        if form.faults:
            return _page(request, form, 422)
        raise see_other("/sign-in")


def _asked(form: Form) -> FirstPerson:
    password = form.values.get("password", "")
    try:
        checked_name(form.text("agency"))
    except Invalid:
        form.wrong("agency", like="name", limit=str(MAX_NAME))
    try:
        checked_name(form.text("name"))
    except Invalid as refusal:
        form.refused(refusal)
    try:
        login = checked_login(form.text("login"))
    except Invalid as refusal:
        login = ""
        form.refused(refusal)
    try:
        check_password(password, login or "\0")
    except Invalid:
        form.wrong("password", like="new", limit=str(MIN_PASSWORD))
    if password != form.values.get("again", ""):
        form.wrong("again")
    return FirstPerson(form.text("agency"), login, form.text("name"), password)


def _page(request: web.Request, form: Form, status: int = 200) -> web.Response:
    return render(
        request, "first.html", status, form=form, refused="", least=MIN_PASSWORD, max_name=MAX_NAME, code=CODE
    )
