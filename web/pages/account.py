"""My account: the password, whether codes are asked, and where it is signed in."""

from aiohttp import web

from bridge.accounts import MIN_PASSWORD
from bridge.errors import Code, Invalid, Refusal
from bridge.ids import SessionId
from web.accounts import OwnAccount
from web.browsers import browser_of, system_of
from web.cookies import carry_session, redirect
from web.forms import Form, read_form
from web.refusals import told
from web.render import render, see_other
from web.requests import account_of, signed_in, visit_of, words_of
from web.secondfactor import SecondFactorDesk

HERE = "/account"
_DONE = ("password", "session", "others")


class AccountPages:
    """For everybody who is signed in, about nobody but themselves."""

    def __init__(self, own: OwnAccount, factors: SecondFactorDesk) -> None:
        self._own = own
        self._factors = factors

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Who one is here, and one's sessions."""
        someone = signed_in(request)
        done = request.query.get("done", "")
        return render(
            request,
            "account.html",
            factor=await self._factors.of(someone.account),
            sessions=await self._own.sessions(someone.account),
            this=someone.session.id,
            done=done if done in _DONE else "",
            browser_of=browser_of,
            system_of=system_of,
        )

    async def ask_password(self, request: web.Request) -> web.StreamResponse:
        """The form."""
        signed_in(request)
        return _password_page(request, Form())

    async def change_password(self, request: web.Request) -> web.StreamResponse:
        """A new session for this browser and none for any other; or the form again."""
        someone, form = signed_in(request), await read_form(request)
        old, new = form.values.get("old", ""), form.values.get("new", "")
        if not old:
            form.wrong("old")
        if new != form.values.get("again", ""):
            form.wrong("again")
        if form.faults:
            return _password_page(request, form, status=422)
        try:
            secret = await self._own.change_password(someone, old, new, visit_of(request))
        except Invalid as refusal:
            form.wrong("new", like=refusal.word("field"), limit=str(MIN_PASSWORD))
            return _password_page(request, form, status=422)
        except Refusal as refusal:
            return _password_refused(request, form, refusal)
        onward = "/today" if someone.account.must_change_password else f"{HERE}?done=password"
        return carry_session(request, redirect(onward), secret)

    async def end_session(self, request: web.Request) -> web.StreamResponse:
        """One's own included: then one is signed out."""
        await self._own.end_session(account_of(request), SessionId(request.match_info["session"]))
        raise see_other(f"{HERE}?done=session")

    async def end_others(self, request: web.Request) -> web.StreamResponse:
        """This one stays."""
        await self._own.end_other_sessions(signed_in(request))
        raise see_other(f"{HERE}?done=others")


def _password_refused(request: web.Request, form: Form, refusal: Refusal) -> web.Response:
    if refusal.code is Code.SIGN_IN_FAILED:
        form.wrong("old", like="old-wrong")
        return _password_page(request, form, status=422)
    if refusal.code is Code.TOO_MANY_REQUESTS:
        text = told(words_of(request), refusal.code, **refusal.params)
        return _password_page(request, form, text, status=429)
    raise refusal


def _password_page(request: web.Request, form: Form, refused: str = "", status: int = 200) -> web.Response:
    given = account_of(request).must_change_password
    return render(request, "password.html", status, form=form, refused=refused, given=given, least=MIN_PASSWORD)
