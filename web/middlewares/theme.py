"""Light or dark: what the reader chose, else what their device asks for (which the style sheet finds out by itself)."""

from enum import StrEnum

from aiohttp import web
from aiohttp.typedefs import Handler

from web.keys import CONFIG
from web.requests import is_socket
from web.words import mark

CHOICE = "theme"
"""Name of the query parameter and of the cookie that keeps it."""

_YEAR_S = 365 * 86_400


class Theme(StrEnum):
    """DEVICE is no choice: no cookie is kept, and the page names no theme."""

    DEVICE = "device"
    LIGHT = "light"
    DARK = "dark"


THEMES = {Theme.DEVICE: mark("As the device"), Theme.LIGHT: mark("Light"), Theme.DARK: mark("Dark")}
"""With their names, in the order they are offered."""


def chosen(request: web.Request) -> Theme | None:
    """By this very request, with ``?theme=``."""
    return _known(request.query.get(CHOICE, ""))


def theme_of(request: web.Request) -> Theme:
    """Chosen now, or before; what is not a theme of ours counts as no choice."""
    return chosen(request) or _known(request.cookies.get(CHOICE, "")) or Theme.DEVICE


def _known(name: str) -> Theme | None:
    return Theme(name) if name in tuple(Theme) else None


@web.middleware
async def keep_theme(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keeps a choice in a cookie."""
    response = await handler(request)
    choice = None if is_socket(request) else chosen(request)
    if choice is None or response.prepared:
        return response
    if choice is Theme.DEVICE:
        response.del_cookie(CHOICE)
    else:
        secure = request.app[CONFIG].secure
        response.set_cookie(CHOICE, choice, max_age=_YEAR_S, httponly=True, samesite="Lax", secure=secure)
    return response
