"""Of which room or recording a request is: every line of the log that comes of it says so."""

import re

from aiohttp import web
from aiohttp.typedefs import Handler

from bridge.about import about

_ID = re.compile(r"[0-9a-z]{1,40}", re.ASCII)
"""As they are made. What somebody types into an address instead may be a name."""


@web.middleware
async def speak_of_it(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Ids of the address alone; a code may stand in it too, and is none of them."""
    places = {"reception": "room", "recording": "recording"}
    said = {word: request.match_info.get(name, "") for name, word in places.items()}
    found = {word: id_ for word, id_ in said.items() if _ID.fullmatch(id_)}
    with about(**found):
        return await handler(request)
