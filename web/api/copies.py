"""REST for the viewing copy of a recording: ask, look, cancel, say what for, download."""

from aiohttp import web

from bridge.archive import ViewingCopy, ViewingCopyState
from bridge.errors import NotFound
from bridge.ids import NS_PER_MS
from web.api.bodies import json_response, read_body
from web.copies import CopyDesk
from web.requests import signed_in
from web.wire import PlaybackRequest, ViewingCopyView


def view_of(copy: ViewingCopy) -> ViewingCopyView:
    """As programs see it; why it failed is for the log."""
    return ViewingCopyView(
        recording=copy.recording,
        state=copy.state,
        progress=copy.progress,
        asked_ms=copy.asked_utc_ns // NS_PER_MS,
        changed_ms=copy.changed_utc_ns // NS_PER_MS,
        bytes=copy.bytes,
        sha256=copy.sha256,
        whole=copy.state is ViewingCopyState.READY and not copy.fault,
    )


class CopyApi:
    """The handlers."""

    def __init__(self, desk: CopyDesk) -> None:
        self._desk = desk

    async def show(self, request: web.Request) -> web.StreamResponse:
        """``GET /api/recordings/{id}/copy``: 404 when nobody ever asked for one."""
        row = await self._desk.row(request)
        copy = await self._desk.copies.of(row.id)
        if copy is None:
            raise NotFound(detail=f"viewing copy of recording {row.id}")
        return json_response(view_of(copy))

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """``POST``: 202."""
        return json_response(view_of(await self._desk.ask(request)), 202)

    async def cancel(self, request: web.Request) -> web.StreamResponse:
        """``DELETE``: as it stands then."""
        return json_response(view_of(await self._desk.cancel(request)))

    async def purpose(self, request: web.Request) -> web.StreamResponse:
        """``POST …/copy/purpose``: 204 once the entry is written."""
        row = await self._desk.row(request)
        asked = await read_body(request, PlaybackRequest)
        await self._desk.purposes.give(signed_in(request), row, asked.purpose)
        return web.Response(status=204)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """``GET …/copy/file``, with one byte range."""
        return await self._desk.file(request)
