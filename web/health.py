"""``/healthz``: whether this process can serve, and what the parts behind it say."""

import asyncio
from collections.abc import Awaitable

from aiohttp import web

from bridge.errors import Refusal
from web.api.bodies import json_response
from web.config import WebPorts
from web.keys import ASSETS, PORTS

_PATIENCE_S = 2.0
"""A probe that takes longer counts as away: who asks asks every few seconds."""

WELL, AWAY = "ok", "unavailable"


async def health(request: web.Request) -> web.StreamResponse:
    """200 while the database answers (pages work), else 503; other parts are only reported."""
    parts = await parts_of(request.app)
    whole = all(state == WELL for state in parts.values())
    body = {"status": WELL if whole else "degraded", "parts": parts}
    return json_response(body, status=200 if parts["database"] == WELL else 503)


async def parts_of(app: web.Application) -> dict[str, str]:
    """How each part is, by its name."""
    ports = app[PORTS]
    names = ("database", *ports.probes)
    asked = [_probe(_database(ports)), *(_probe(probe()) for probe in ports.probes.values())]
    parts = dict(zip(names, await asyncio.gather(*asked), strict=True))
    parts["client"] = WELL if app[ASSETS].built else "not built"
    return parts


async def _database(ports: WebPorts) -> None:
    async with ports.units.reading() as unit:
        await unit.organisation.agencies()


async def _probe(asked: Awaitable[object]) -> str:
    """A part that answers a word says more than that it is there."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            answer = await asked
    except (Refusal, TimeoutError):
        return AWAY
    return str(answer) if isinstance(answer, str) else WELL
