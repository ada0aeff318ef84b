"""The API for who integrates: its document, and a page that lists its calls."""

from collections.abc import Sequence

import msgspec
from aiohttp import web

from web.api.document import document
from web.api.routes import Route
from web.api.table import SECTIONS
from web.config import WebConfig
from web.render import render


class ApiPages:
    """Made once, at the start; neither holds anything that is not in the source."""

    def __init__(self, config: WebConfig, sections: Sequence[tuple[str, Sequence[Route]]]) -> None:
        self._sections = sections
        self._document = msgspec.json.format(msgspec.json.encode(document(config, sections)), indent=1)

    async def document(self, _: web.Request) -> web.StreamResponse:
        """``GET /api/openapi.json``."""
        return web.Response(body=self._document, content_type="application/json")

    async def show(self, request: web.Request) -> web.StreamResponse:
        """``GET /api``."""
        return render(request, "api.html", sections=self._sections, headings=SECTIONS)
