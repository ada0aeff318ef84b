"""Which language a reader gets: what they just chose, chose before, have in their account, or tell their browser."""

from collections.abc import Collection, Iterator

from aiohttp import web
from aiohttp.typedefs import Handler

from web.keys import CATALOGUES, CONFIG, SIGNED_IN, WORDS
from web.requests import is_socket, office_of

CHOICE = "lang"
"""Name of the query parameter and of the cookie that keeps it."""

_YEAR_S = 365 * 86_400


def accepted(header: str) -> Iterator[str]:
    """Languages of an Accept-Language header, the wished ones first; what does not parse is passed over."""
    wishes = []
    for place, part in enumerate(header.split(",")[:20]):
        name, _, weight = part.partition(";q=")
        try:
            wishes.append((-float(weight or 1), place, name.strip().partition("-")[0].lower()))
        except ValueError:
            continue
    return (name for weight, _, name in sorted(wishes) if weight < 0)


def first_known(known: Collection[str], *wishes: str | None) -> str | None:
    """The first wish that is a language of ours."""
    return next((wish for wish in wishes if wish in known), None)


@web.middleware
async def choose_language(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Fills in the request's WORDS; a choice by ``?lang=`` is kept in a cookie."""
    if is_socket(request):
        return await handler(request)
    office = office_of(request)
    known = {code: words for code, words in request.app[CATALOGUES].words.items() if code in office.languages}
    chosen = first_known(known, request.query.get(CHOICE))
    someone = request.get(SIGNED_IN)
    lang = first_known(
        known,
        chosen,
        request.cookies.get(CHOICE),
        someone.account.language if someone else None,
        *accepted(request.headers.get("Accept-Language", "")),
    )
    request[WORDS] = known[lang or office.language]
    response = await handler(request)
    if chosen and not response.prepared:
        secure = request.app[CONFIG].secure
        response.set_cookie(CHOICE, chosen, max_age=_YEAR_S, httponly=True, samesite="Lax", secure=secure)
    return response
