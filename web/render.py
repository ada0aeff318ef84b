"""Templates: what every page knows, and the one way to a rendered answer."""

from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import jinja2
import msgspec
from aiohttp import web

from bridge.policy import Action, Concern, may
from bridge.signing import shown
from web import labels
from web.keys import ASSETS, CATALOGUES, CONFIG, PORTS, SIGNED_IN, TEMPLATES
from web.middlewares.theme import THEMES, theme_of
from web.requests import actor_of, inside, office_of, token_of, words_of
from web.times import Times
from web.wire import Page
from web.words import decimal, mark

TEMPLATES_FOLDER = Path(__file__).parent / "templates"
_SIZES = ("B", "kB", "MB", "GB", "TB")


def environment() -> jinja2.Environment:
    """Everything escaped, and a name that is not there is a fault instead of a hole in the page."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES_FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals |= {"labels": labels, "themes": THEMES}
    templates.filters |= {"size": size, "json_text": json_text, "decimal": _decimal, "fingerprint": shown}
    return templates


@jinja2.pass_context
def size(context: jinja2.runtime.Context, count: int) -> str:
    """Bytes in steps of 1000: ``12.4 MB``, with the mark that the reader's language has: ``12,4 MB``."""
    value = float(count)
    step = 0
    while value >= 1000 and step < len(_SIZES) - 1:
        value, step = value / 1000, step + 1
    return f"{decimal(value, context['lang'], '0' if step < 2 else '0.0')} {_SIZES[step]}"


@jinja2.pass_context
def _decimal(context: jinja2.runtime.Context, value: float) -> str:
    """One digit behind the mark that the reader's language has: ``0,3``."""
    return decimal(value, context["lang"])


def json_text(value: msgspec.Struct) -> str:
    """A struct as JSON for an attribute (which escapes it)."""
    return msgspec.json.encode(value).decode()


def times_of(request: web.Request) -> Times:
    """Times as this reader reads them."""
    return Times(ZoneInfo(request.app[CONFIG].zone), words_of(request))


def page_of(request: web.Request) -> Page:
    """What every island gets."""
    words = words_of(request)
    return Page(
        lang=words.lang,
        dir=words.dir,
        zone=request.app[CONFIG].zone,
        catalogue=request.app[CATALOGUES].address(words.lang),
        csrf=token_of(request),
        build=request.app[ASSETS].version,
    )


def _links(request: web.Request) -> list[tuple[str, str]]:
    """Where this reader may go, as (address, sentence)."""
    if SIGNED_IN not in request or request[SIGNED_IN].account.must_change_password:
        return []
    actor, anywhere = actor_of(request), Concern("any", None)
    found = [("/today", mark("Today")), ("/receptions", mark("Receptions"))]
    if may(actor, Action.SCHEDULE, anywhere):
        found.append(("/receptions/new", mark("New reception")))
    if may(actor, Action.WATCH_ROOMS, anywhere):
        found.append(("/operator", mark("Live rooms")))
    if may(actor, Action.SEE_ARCHIVE, anywhere):
        found.append(("/archive", mark("Archive")))
    if may(actor, Action.SET_UP, anywhere):
        found.append(("/setup", mark("Set-up")))
    return found


def _with(request: web.Request, choice: str, value: str) -> str:
    """This page's address with a language or theme chosen; a page that was sent by a form leads to the front page."""
    # A path that begins like a host would be one as a link.
    path = inside(request.path) if request.method == "GET" else "/"
    return f"{path}?{urlencode({**request.query, choice: value})}"


def render(request: web.Request, template: str, status: int = 200, **context: object) -> web.Response:
    """The page in the reader's language."""
    words, someone, config = words_of(request), request.get(SIGNED_IN), request.app[CONFIG]
    assets, office = request.app[ASSETS], office_of(request)
    names = {code: name for code, name in request.app[CATALOGUES].names.items() if code in office.languages}
    text = request.app[TEMPLATES].get_template(template)
    html = text.render(
        t=words.t,
        n=words.n,
        lang=words.lang,
        dir=words.dir,
        times=times_of(request),
        now=request.app[PORTS].clock.utc(),
        config=config,
        office=office,
        account=someone.account if someone else None,
        csrf=token_of(request),
        links=_links(request),
        here=request.path,
        languages=names,
        in_language={code: _with(request, "lang", code) for code in names},
        theme=theme_of(request),
        in_theme={theme: _with(request, "theme", theme) for theme in THEMES},
        styles=assets.entry("styles-rtl" if words.dir == "rtl" else "styles").styles,
        assets=assets,
        **context,
    )
    return web.Response(text=html, status=status, content_type="text/html", charset="utf-8")


def see_other(path: str) -> web.HTTPSeeOther:
    """To be raised after a form was done, so that reloading the page does not send it again."""
    return web.HTTPSeeOther(path)
