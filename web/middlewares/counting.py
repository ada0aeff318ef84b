"""Counts every answer and how long it took, outside of everything else."""

from aiohttp import web
from aiohttp.typedefs import Handler

from bridge.ids import NS_PER_S
from web.keys import MEASURED, PORTS
from web.requests import is_api, is_plain_file, is_socket


@web.middleware
async def count_requests(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A reader who went away before the answer is not counted."""
    if is_socket(request):
        return await handler(request)
    clock = request.app[PORTS].clock
    began = clock.mono()
    response = await handler(request)
    kind = "file" if is_plain_file(request) else "api" if is_api(request) else "page"
    request.app[MEASURED].answered(kind, response.status, (clock.mono() - began) / NS_PER_S)
    return response
