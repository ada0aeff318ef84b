"""Where every refusal and every fault becomes an answer: a page for people, a problem for programs.

What is not a refusal is a fault of ours: the reader gets a reference number, the log the whole story under it.
"""

import asyncio
import logging
from collections.abc import Mapping

from aiohttp import web
from aiohttp.typedefs import Handler

from bridge.errors import Code, MalformedInput, NotFound, NotPermitted, Refusal
from web.pages.trouble import refusal_page
from web.problems import problem_response, status_of
from web.requests import SAFE_METHODS, is_api, is_socket, loggable, reference, words_of

log = logging.getLogger(__name__)

_BY_STATUS = {404: Code.NOT_FOUND, 405: Code.METHOD_NOT_ALLOWED, 413: Code.TOO_LARGE}


def as_refusal(error: Exception) -> Refusal:
    """What happened, as a refusal."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, web.HTTPException):
        otherwise = Code.INTERNAL if error.status >= 500 else Code.MALFORMED_MESSAGE
        return Refusal(_BY_STATUS.get(error.status, otherwise), f"HTTP {error.status}")
    if isinstance(error, MalformedInput):
        return Refusal(Code.MALFORMED_MESSAGE, str(error))
    return Refusal(Code.INTERNAL, f"{type(error).__name__}: {error}")


def shown(refusal: Refusal, method: str) -> Refusal:
    """Looking at what one may not see looks as if it were not there; trying to change it says that one may not."""
    if isinstance(refusal, NotPermitted) and method in SAFE_METHODS:
        return NotFound(detail=refusal.detail)
    return refusal


def _answer(request: web.Request, error: Exception) -> web.StreamResponse:
    refusal = shown(as_refusal(error), request.method)
    number = reference(request)
    status = status_of(refusal)
    story = error if refusal.code is Code.INTERNAL else None
    level = logging.ERROR if status >= 500 else logging.INFO
    log.log(level, "%s %s %s: %s", number, request.method, loggable(request.path), refusal, exc_info=story)
    if is_api(request):
        response = problem_response(words_of(request), refusal, number)
        response.headers.update(_beside(error, status))
        return response
    return refusal_page(request, refusal, status, number)


def _beside(error: Exception, status: int) -> Mapping[str, str]:
    """Headers that RFC 9110 asks for beside these statuses."""
    if isinstance(error, web.HTTPMethodNotAllowed):
        return {"Allow": ", ".join(sorted(error.allowed_methods))}
    return {"WWW-Authenticate": "Bearer"} if status == 401 else {}


@web.middleware
async def answer_failures(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The outermost: nothing but answers leaves it."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400 or is_socket(request):
            raise
        return _answer(request, error)
    except (asyncio.CancelledError, ConnectionError):
        raise  # the reader went away: there is nobody to answer
    except Exception as error:  # noqa: BLE001  the last place before the reader: all else would be a bare 500
        return _answer(request, error)
