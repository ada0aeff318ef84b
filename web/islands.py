"""The islands' words, as one file that is kept for as long as its address names this very version."""

from aiohttp import web

from bridge.errors import NotFound
from web.api.bodies import json_response
from web.assets import FOR_EVER
from web.keys import ASSETS, CATALOGUES
from web.wire import BuildView


async def catalogue(request: web.Request) -> web.StreamResponse:
    """``GET /i18n/{lang}.json?v={version}``. Without the right version the answer is the same but not kept."""
    catalogues, lang = request.app[CATALOGUES], request.match_info["lang"]
    if lang not in catalogues.islands:
        raise NotFound(detail=f"language {lang}")
    response = web.Response(body=catalogues.islands[lang], content_type="application/json", charset="utf-8")
    response.enable_compression()
    if request.query.get("v") == catalogues.versions[lang]:
        response.headers["Cache-Control"] = FOR_EVER
    return response


async def build_version(request: web.Request) -> web.StreamResponse:
    """``GET /build.json``: of the client that pages are served with now; an island that is older offers to reload."""
    response = json_response(BuildView(request.app[ASSETS].version))
    response.headers["Cache-Control"] = "no-store"
    return response


async def no_icon(_: web.Request) -> web.StreamResponse:
    """Browsers ask for an icon that offices have not got; the answer keeps it out of the log of failures."""
    return web.Response(status=204, headers={"Cache-Control": FOR_EVER})
