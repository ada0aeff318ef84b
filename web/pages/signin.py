"""Sign in, sign out."""

from aiohttp import web

from bridge.errors import Code, Refusal
from web.forms import Form, read_form
from web.keys import CONFIG, SIGNED_IN
from web.refusals import told
from web.render import render, see_other
from web.requests import address_of, inside, signed_in, words_of
from web.signin import SignIn


class SignInPages:
    """The form, what it sends, and the way out."""

    def __init__(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Who is signed in already goes on."""
        onward = inside(request.query.get("next", "/"))
        if SIGNED_IN in request:
            raise see_other(onward)
        return self._page(request, Form(), onward)

    async def send(self, request: web.Request) -> web.StreamResponse:
        """A new session, or the form again with what was wrong."""
        form = await read_form(request)
        onward = inside(form.values.get("next", "/"))
        login, password = form.text("login"), form.values.get("password", "")
        for name, value in (("login", login), ("password", password)):
            if not value:
                form.wrong(name)
        if form.faults:
            return self._page(request, form, onward, status=422)
        try:
            secret = await self._sign_in.sign_in(login, password, address_of(request))
        except Refusal as refusal:
            if refusal.code not in (Code.SIGN_IN_FAILED, Code.TOO_MANY_REQUESTS):
                raise
            return self._refused(request, form, onward, refusal)
        if SIGNED_IN in request:
            await self._sign_in.sign_out(signed_in(request).account, signed_in(request).session)
        return _with_cookie(request, onward, secret)

    async def leave(self, request: web.Request) -> web.StreamResponse:
        """The session ends on the server, then the cookie goes."""
        someone = signed_in(request)
        await self._sign_in.sign_out(someone.account, someone.session)
        config = request.app[CONFIG]
        response = web.Response(status=303, headers={"Location": "/sign-in"})
        response.del_cookie(config.session_cookie, path="/", secure=config.secure, httponly=True, samesite="Lax")
        return response

    def _refused(self, request: web.Request, form: Form, onward: str, refusal: Refusal) -> web.Response:
        text = told(words_of(request), refusal.code, **refusal.params)
        status = 429 if refusal.code is Code.TOO_MANY_REQUESTS else 401
        return self._page(request, form, onward, text, status)

    def _page(
        self, request: web.Request, form: Form, onward: str, refused: str = "", status: int = 200
    ) -> web.Response:
        return render(request, "signin.html", status, form=form, onward=onward, refused=refused)


def _with_cookie(request: web.Request, onward: str, secret: str) -> web.Response:
    """A cookie for this browser session only: a shared machine forgets it when the browser closes."""
    config = request.app[CONFIG]
    response = web.Response(status=303, headers={"Location": onward})
    response.set_cookie(config.session_cookie, secret, path="/", httponly=True, samesite="Lax", secure=config.secure)
    return response
