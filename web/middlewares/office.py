"""The office whose name stands on the page: the reader's own, before the sign-in that at the top."""

from aiohttp import web
from aiohttp.typedefs import Handler

from web.keys import OFFICE, OFFICES, SIGNED_IN
from web.requests import is_plain_file, is_socket


@web.middleware
async def find_office(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Fills in the request's OFFICE."""
    if not is_socket(request) and not is_plain_file(request):
        someone = request.get(SIGNED_IN)
        request[OFFICE] = await request.app[OFFICES].of(someone.account.agency if someone else None)
    return await handler(request)
