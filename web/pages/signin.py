"""Sign in, with whatever is asked after the password; sign out."""

from urllib.parse import urlencode

from aiohttp import web

from bridge.errors import Code, Refusal
from bridge.model import SignInStep
from web.browsers import browser_of, system_of
from web.cookies import carry_session, carry_step, drop_session, drop_step, redirect, step_secret
from web.forms import Form, read_form
from web.keys import SIGNED_IN
from web.refusals import told
from web.render import render, see_other
from web.requests import inside, signed_in, visit_of, words_of
from web.signin import Admitted, SignIn

_STEPS = {SignInStep.CODE: "/sign-in/code", SignInStep.PLACE: "/sign-in/place"}
_TOLD_HERE = (Code.SIGN_IN_FAILED, Code.CODE_WRONG, Code.TOO_MANY_REQUESTS)


class SignInPages:
    """The forms, what they send, and the way out."""

    def __init__(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Who is signed in already goes on."""
        onward = inside(request.query.get("next", "/"))
        if SIGNED_IN in request:
            raise see_other(onward)
        return _page(request, "signin.html", Form(), onward)

    async def send(self, request: web.Request) -> web.StreamResponse:
        """The next step, or the form again with what was wrong."""
        form = await read_form(request)
        onward = inside(form.values.get("next", "/"))
        login, password = form.text("login"), form.values.get("password", "")
        for name, value in (("login", login), ("password", password)):
            if not value:
                form.wrong(name)
        if form.faults:
            return _page(request, "signin.html", form, onward, status=422)
        try:
            admitted = await self._sign_in.sign_in(login, password, visit_of(request))
        except Refusal as refusal:
            return _refused(request, "signin.html", form, onward, refusal)
        return await self._onward(request, admitted, onward)

    async def ask_code(self, request: web.Request) -> web.StreamResponse:
        """The second page; who came without the first begins there."""
        onward = inside(request.query.get("next", "/"))
        if not await self._sign_in.waits_for(step_secret(request), SignInStep.CODE):
            raise see_other(_address("/sign-in", onward))
        return _page(request, "signin_code.html", Form(), onward)

    async def send_code(self, request: web.Request) -> web.StreamResponse:
        """The next step, or the page again."""
        form = await read_form(request)
        onward = inside(form.values.get("next", "/"))
        if not form.text("code"):
            form.wrong("code")
            return _page(request, "signin_code.html", form, onward, status=422)
        try:
            admitted = await self._sign_in.with_code(step_secret(request), form.text("code"), visit_of(request))
        except Refusal as refusal:
            return _refused(request, "signin_code.html", form, onward, refusal)
        return await self._onward(request, admitted, onward)

    async def ask_place(self, request: web.Request) -> web.StreamResponse:
        """Where the account is signed in, and which is to be kept."""
        onward = inside(request.query.get("next", "/"))
        try:
            elsewhere = await self._sign_in.elsewhere(step_secret(request), visit_of(request))
        except Refusal as refusal:
            return _refused(request, "signin_place.html", Form(), onward, refusal)
        return _page(
            request,
            "signin_place.html",
            Form(),
            onward,
            elsewhere=elsewhere,
            browser_of=browser_of,
            system_of=system_of,
        )

    async def send_place(self, request: web.Request) -> web.StreamResponse:
        """Signed in here, or not at all."""
        form = await read_form(request)
        onward = inside(form.values.get("next", "/"))
        if form.text("keep") != "here":
            await self._sign_in.give_up(step_secret(request))
            return drop_step(request, redirect("/sign-in"))
        try:
            admitted = await self._sign_in.here_instead(step_secret(request), visit_of(request))
        except Refusal as refusal:
            return _refused(request, "signin_place.html", form, onward, refusal)
        return await self._onward(request, admitted, onward)

    async def leave(self, request: web.Request) -> web.StreamResponse:
        """The session ends on the server, then the cookie goes."""
        someone = signed_in(request)
        await self._sign_in.sign_out(someone.account, someone.session)
        return drop_session(request, redirect("/sign-in"))

    async def _onward(self, request: web.Request, admitted: Admitted, onward: str) -> web.Response:
        if admitted.step is not None:
            return carry_step(request, redirect(_address(_STEPS[admitted.step], onward)), admitted.secret)
        if SIGNED_IN in request:
            await self._sign_in.sign_out(signed_in(request).account, signed_in(request).session)
        return carry_session(request, redirect(onward), admitted.secret)


def _address(path: str, onward: str) -> str:
    return path if onward == "/" else f"{path}?{urlencode({'next': onward})}"


def _refused(request: web.Request, template: str, form: Form, onward: str, refusal: Refusal) -> web.Response:
    """The page again with the reason; a sign-in that ran out begins anew."""
    if refusal.code is Code.NOT_SIGNED_IN:
        raise see_other(_address("/sign-in", onward))
    if refusal.code not in _TOLD_HERE:
        raise refusal
    text = told(words_of(request), refusal.code, **refusal.params)
    status = 429 if refusal.code is Code.TOO_MANY_REQUESTS else 401
    return _page(request, template, form, onward, text, status)


def _page(
    request: web.Request,
    template: str,
    form: Form,
    onward: str,
    refused: str = "",
    status: int = 200,
    **context: object,
) -> web.Response:
    return render(request, template, status, form=form, onward=onward, refused=refused, **context)
