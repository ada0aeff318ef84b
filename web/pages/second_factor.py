"""The second factor of one's own account: what it is, switch it on, switch it off."""

from aiohttp import web

from bridge.errors import Code, Refusal
from web.forms import Form, read_form
from web.qrcodes import qr_code
from web.refusals import told
from web.render import render, see_other
from web.requests import account_of, visit_of, words_of
from web.secondfactor import SecondFactorDesk

HERE = "/account/code"


class SecondFactorPages:
    """One page in three states: off, waiting for the first code, on."""

    def __init__(self, desk: SecondFactorDesk) -> None:
        self._desk = desk

    async def show(self, request: web.Request) -> web.StreamResponse:
        """How it stands, and the one next step."""
        return await self._page(request, Form())

    async def begin(self, request: web.Request) -> web.StreamResponse:
        """By the password; then the QR code is shown."""
        account, form = account_of(request), await read_form(request)
        if not form.values.get("old", ""):
            form.wrong("old")
            return await self._page(request, form, status=422)
        try:
            await self._desk.begin(account, form.values["old"], visit_of(request))
        except Refusal as refusal:
            return await self._refused(request, form, "old", refusal)
        raise see_other(HERE)

    async def confirm(self, request: web.Request) -> web.StreamResponse:
        """The recovery codes, this once."""
        account, form = account_of(request), await read_form(request)
        if not form.text("code"):
            form.wrong("code")
            return await self._page(request, form, status=422)
        try:
            codes = await self._desk.confirm(account, form.text("code"), visit_of(request))
        except Refusal as refusal:
            return await self._refused(request, form, "code", refusal)
        return render(request, "recovery_codes.html", codes=codes)

    async def switch_off(self, request: web.Request) -> web.StreamResponse:
        """By a code."""
        account, form = account_of(request), await read_form(request)
        if not form.text("code"):
            form.wrong("code")
            return await self._page(request, form, status=422)
        try:
            await self._desk.switch_off(account, form.text("code"), visit_of(request))
        except Refusal as refusal:
            return await self._refused(request, form, "code", refusal)
        raise see_other(HERE)

    async def _refused(self, request: web.Request, form: Form, field: str, refusal: Refusal) -> web.Response:
        if refusal.code in (Code.SIGN_IN_FAILED, Code.CODE_WRONG):
            form.wrong(field, like=f"{field}-wrong")
            return await self._page(request, form, status=422)
        if refusal.code is Code.TOO_MANY_REQUESTS:
            text = told(words_of(request), refusal.code, **refusal.params)
            return await self._page(request, form, text, status=429)
        raise refusal

    async def _page(self, request: web.Request, form: Form, refused: str = "", status: int = 200) -> web.Response:
        account = account_of(request)
        factor = await self._desk.of(account)
        shown = self._desk.to_confirm(account, factor) if factor is not None and not factor.on else None
        return render(
            request,
            "second_factor.html",
            status,
            form=form,
            refused=refused,
            factor=factor,
            shown=shown,
            picture=qr_code(shown.address) if shown else None,
        )
