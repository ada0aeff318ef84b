"""Security headers of every answer, and a content policy without inline code.

Written when the answer is about to leave, so that errors, redirects and files carry them too.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from aiohttp import web

from web.assets import FOR_EVER, PREFIX
from web.config import WebConfig
from web.keys import CONFIG
from web.requests import is_entry, is_socket

_SAME = "'self'"


def content_policy(config: WebConfig, host: str) -> str:
    """The Content-Security-Policy of pages served as ``host``. Sockets are named in full: older Safari does not take
    'self' for them."""
    scheme = "wss" if config.secure else "ws"
    sockets = {f"{scheme}://{host}"}
    for origin in config.socket_origins:
        parts = urlsplit(origin)
        sockets |= {origin, f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"}
    rules: Mapping[str, tuple[str, ...]] = {
        "default-src": ("'none'",),
        "script-src": (_SAME,),
        "style-src": (_SAME,),
        "img-src": (_SAME, "blob:", "data:"),  # Bootstrap draws its signs so
        "font-src": (_SAME,),
        "media-src": (_SAME, "blob:"),
        "worker-src": (_SAME, "blob:"),
        "connect-src": (_SAME, *sorted(sockets)),
        "form-action": (_SAME,),
        "base-uri": ("'none'",),
        "frame-ancestors": ("'none'",),
    }
    return "; ".join(f"{rule} {' '.join(values)}" for rule, values in rules.items())


STEADY: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: with it browsers send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), geolocation=()",
}


async def write_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Signal ``on_response_prepare``. What a handler set itself stands; pages are never kept by caches."""
    if is_socket(request):
        return
    response.headers["Server"] = "diemcau"  # which library and version is nobody's business
    if is_entry(request):  # a code may stand in the address; of where a form came from the origin is enough
        response.headers["Referrer-Policy"] = "strict-origin"
    for name, value in STEADY.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", content_policy(request.app[CONFIG], request.host))
    response.headers.setdefault("Cache-Control", _cache(request, response))


def _cache(request: web.Request, response: web.StreamResponse) -> str:
    """Built files carry a hash in their name, so they never change; pages hold personal data and are never kept."""
    built = request.path.startswith(PREFIX) and response.status in (200, 206, 304)
    return FOR_EVER if built else "no-store"
