"""The API for who integrates: its document, and a page that lists its calls."""

from collections.abc import Sequence
from functools import cached_property

import msgspec
from aiohttp import web

from web.api.document import document
from web.api.routes import Route
from web.api.table import SECTIONS
from web.config import WebConfig
from web.render import render


class ApiPages:
    """Neither holds anything that is not in the source. The document is made when it is first asked for: a tenth of a
    second that not every start has to wait for."""

    def __init__(self, config: WebConfig, sections: Sequence[tuple[str, Sequence[Route]]]) -> None:
        self._config = config
        self._sections = sections

    async def document(self, _: web.Request) -> web.StreamResponse:
        """``GET /api/openapi.json``."""
        return web.Response(body=self._document, content_type="application/json")

    @cached_property
    def _document(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(document(self._config, self._sections)), indent=1)

    async def show(self, request: web.Request) -> web.StreamResponse:
        """``GET /api``."""
        return render(request, "api.html", sections=self._sections, headings=SECTIONS)
