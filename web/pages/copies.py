"""The page of a recording's viewing copy: made on request, watched while it grows, downloaded with a purpose."""

from aiohttp import web

from bridge.archive import COPY_UNDER_WAY, ViewingCopyState
from bridge.errors import Invalid
from web.copies import CopyDesk
from web.forms import Form, read_form
from web.render import render, see_other
from web.requests import signed_in

_ASK_AGAIN_S = 3


class CopyPages:
    """The handlers. Everything works without JavaScript."""

    def __init__(self, desk: CopyDesk) -> None:
        self._desk = desk

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Shows itself anew while the copy is being made."""
        return await self._page(request, Form(), 200)

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """The jobs begin within a second or two."""
        copy = await self._desk.ask(request)
        raise see_other(f"/archive/{copy.recording}/copy")

    async def cancel(self, request: web.Request) -> web.StreamResponse:
        """Nothing is left of it."""
        copy = await self._desk.cancel(request)
        raise see_other(f"/archive/{copy.recording}/copy")

    async def purpose(self, request: web.Request) -> web.StreamResponse:
        """Writes the entry, then on to the file."""
        row, form = await self._desk.row(request), await read_form(request)
        try:
            await self._desk.purposes.give(signed_in(request), row, form.text("purpose"))
        except Invalid as refusal:
            form.refused(refusal)
            return await self._page(request, form, 422)
        raise see_other(f"/archive/{row.id}/copy/file")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """The MP4; without a purpose the question comes first."""
        row = await self._desk.row(request)
        if not self._desk.purposes.given(signed_in(request), row.id):
            raise see_other(f"/archive/{row.id}/copy")
        return await self._desk.file(request)

    async def _page(self, request: web.Request, form: Form, status: int) -> web.StreamResponse:
        row = await self._desk.row(request)
        copy = await self._desk.copies.of(row.id)
        under_way = copy is not None and copy.state in COPY_UNDER_WAY
        response = render(
            request, "copy.html", status, row=row, copy=copy, form=form, under_way=under_way, states=ViewingCopyState
        )
        if under_way:
            response.headers["Refresh"] = str(_ASK_AGAIN_S)
        return response
