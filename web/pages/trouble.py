"""When a page cannot be shown: the refusal in words, or the way to the sign-in."""

from urllib.parse import urlencode

from aiohttp import web

from bridge.errors import Code, Refusal
from web.refusals import REFUSALS
from web.render import render
from web.requests import SAFE_METHODS


def refusal_page(request: web.Request, refusal: Refusal, status: int, reference: str) -> web.StreamResponse:
    """What happened, what was kept, what to do next. Who is not signed in is asked to, and then comes back here."""
    if refusal.code is Code.NOT_SIGNED_IN:
        back = request.path_qs if request.method in SAFE_METHODS else "/"
        return web.Response(status=303, headers={"Location": f"/sign-in?{urlencode({'next': back})}"})
    return render(
        request,
        "trouble.html",
        status,
        told=REFUSALS[refusal.code],
        params=refusal.params,
        reference=reference,
    )
