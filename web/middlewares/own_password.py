"""Whoever was given a password by somebody else chooses their own before anything else is opened."""

from aiohttp import web
from aiohttp.typedefs import Handler

from bridge.errors import Code, Refusal
from web.keys import SIGNED_IN, SignedIn
from web.render import see_other
from web.requests import is_api

CHANGE = "/account/password"
_OPEN = (CHANGE, "/sign-out", "/sign-in", "/sign-in/code", "/sign-in/place")


@web.middleware
async def ask_own_password(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Leads pages to the change. Raises Refusal(password_change_required) for programs."""
    someone: SignedIn | None = request.get(SIGNED_IN)
    if someone is None or not someone.account.must_change_password or request.path in _OPEN:
        return await handler(request)
    if is_api(request):
        raise Refusal(Code.PASSWORD_CHANGE_REQUIRED, f"{request.method} {request.path}")
    raise see_other(CHANGE)
