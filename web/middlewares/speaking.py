"""Of which room or recording a request is: every line of the log that comes of it says so."""

from aiohttp import web
from aiohttp.typedefs import Handler

from bridge.about import about


@web.middleware
async def speak_of_it(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Ids of the address alone; a code may stand in it too, and is none of them."""
    places = {"reception": "room", "recording": "recording"}
    found = {word: request.match_info[name] for name, word in places.items() if name in request.match_info}
    with about(**found):
        return await handler(request)
