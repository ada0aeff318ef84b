"""Only names that are ours: a page of another name that points here (DNS rebinding) is not served."""

from aiohttp import web
from aiohttp.typedefs import Handler

from web.keys import CONFIG


@web.middleware
async def check_host(request: web.Request, handler: Handler) -> web.StreamResponse:
    """421 for a foreign Host header; the health check is asked by address and reveals nothing."""
    if request.path != "/healthz" and request.host.lower() not in request.app[CONFIG].allowed_hosts:
        return web.Response(status=421, text="unknown host\n")
    return await handler(request)
