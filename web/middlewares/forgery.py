"""Against forged requests (CSRF): whatever changes something must come from a page of ours.

Two locks: the browser's own word about the origin, for every unsafe request (also the sign-in, which has no session
yet), and the session's token, in the form field ``csrf`` or in the header of a JSON request.
"""

import hmac
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from bridge.clients import ClientAccount
from bridge.errors import Code, Refusal
from web.keys import SIGNED_IN, SignedIn
from web.requests import FORM, SAFE_METHODS, UPLOAD, is_socket, posted, token_of
from web.wire import CSRF_HEADER

FIELD = "csrf"

_DOORS = ("/sign-in", "/sign-in/code", "/sign-in/place", "/enter", "/enter/begin")


def from_here(origin: str | None, site: str | None, host: str) -> bool:
    """Whether the browser does not say otherwise. ``origin``: Origin header, ``site``: Sec-Fetch-Site."""
    if site not in (None, "same-origin", "none"):
        return False
    try:
        return origin is None or urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:  # brackets that are no address
        return False


async def given_token(request: web.Request) -> str:
    """The token the request carries; the form stays readable for the handler."""
    if token := request.headers.get(CSRF_HEADER):
        return token
    kind = request.content_type
    return (await posted(request, kind)).get(FIELD, "") if kind in (FORM, UPLOAD) else ""


def _same(given: str, token: str) -> bool:
    """As bytes: texts are only compared when they are ASCII, and headers may hold bytes that are no text."""
    return hmac.compare_digest(given.encode("utf8", "replace"), token.encode())


def _by_token(someone: SignedIn | None) -> bool:
    """A token is sent by a program that has it; no browser adds it to what another site asks for."""
    return someone is not None and isinstance(someone.account, ClientAccount)


@web.middleware
async def refuse_forgeries(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Raises Refusal(form_expired)."""
    someone: SignedIn | None = request.get(SIGNED_IN)
    if request.method in SAFE_METHODS or is_socket(request) or _by_token(someone):
        return await handler(request)
    headers = request.headers
    if not from_here(headers.get("Origin"), headers.get("Sec-Fetch-Site"), request.host):
        raise Refusal(Code.FORM_EXPIRED, f"origin {headers.get('Origin')}")
    token = token_of(request)
    # A page at a door in a forgotten tab has no token of what was opened beside it.
    if token and request.path not in _DOORS and not _same(await given_token(request), token):
        raise Refusal(Code.FORM_EXPIRED, "csrf token")
    return await handler(request)
