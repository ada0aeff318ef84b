"""The office whose name stands on the page: the reader's own, a guest's reception's, before the sign-in that at the
top."""

from aiohttp import web
from aiohttp.typedefs import Handler

from bridge.ids import AgencyId
from web.keys import GUEST, OFFICE, OFFICES, SIGNED_IN
from web.requests import is_plain_file, is_socket


@web.middleware
async def find_office(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Fills in the request's OFFICE."""
    if not is_socket(request) and not is_plain_file(request):
        request[OFFICE] = await request.app[OFFICES].of(_agency(request))
    return await handler(request)


def _agency(request: web.Request) -> AgencyId | None:
    if SIGNED_IN in request:
        return request[SIGNED_IN].account.agency
    return request[GUEST].reception.agency if GUEST in request else None
