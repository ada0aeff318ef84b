"""From a refusal to a status and an RFC 9457 problem: the one place where codes meet HTTP."""

from collections.abc import Mapping

import msgspec
from aiohttp import web

from bridge.errors import (
    Code,
    Conflict,
    IllegalTransition,
    Invalid,
    NotFound,
    NotPermitted,
    Refusal,
    TokenRefused,
    Unavailable,
)
from web.refusals import REFUSALS, told
from web.wire import WebProblem
from web.words import Words

PROBLEM_TYPE = "application/problem+json"

_BY_CODE: Mapping[Code, int] = {
    Code.NOT_SIGNED_IN: 401,
    Code.SIGN_IN_FAILED: 401,
    Code.CODE_WRONG: 401,
    Code.INVITATION_UNKNOWN: 404,
    Code.PASSWORD_CHANGE_REQUIRED: 403,
    Code.NOT_PERMITTED: 403,
    Code.FORM_EXPIRED: 403,
    Code.NOT_FOUND: 404,
    Code.TOO_MANY_REQUESTS: 429,
    Code.MALFORMED_MESSAGE: 400,
    Code.TOO_LARGE: 413,
    Code.METHOD_NOT_ALLOWED: 405,
    Code.UNSUPPORTED_MEDIA_TYPE: 415,
    Code.CURSOR_INVALID: 400,
    Code.KEY_REUSED: 422,
    Code.OUTCOME_UNKNOWN: 409,
    Code.RECORDER_UNAVAILABLE: 503,
    Code.NODE_UNAVAILABLE: 503,
    Code.OBJECTS_UNAVAILABLE: 503,
    Code.STORAGE_UNAVAILABLE: 503,
    Code.OBJECT_DAMAGED: 502,
    Code.INTERNAL: 500,
}
_BY_KIND: tuple[tuple[type[Refusal], int], ...] = (
    (NotPermitted, 403),
    (NotFound, 404),
    (Invalid, 422),
    (TokenRefused, 401),
    (Unavailable, 503),
    (IllegalTransition, 409),
    (Conflict, 409),
)


def status_of(refusal: Refusal) -> int:
    """409 for what is refused only as things stand now."""
    if refusal.code in _BY_CODE:
        return _BY_CODE[refusal.code]
    return next((status for kind, status in _BY_KIND if isinstance(refusal, kind)), 409)


_USUAL: Mapping[Code, int] = {Code.INVALID_FIELD: 422}


def status_of_code(code: Code) -> int:
    """What a refusal of this code usually has; for documents, which know no refusal's kind."""
    return _USUAL.get(code) or status_of(Refusal(code))


def problem_response(words: Words, refusal: Refusal, reference: str) -> web.Response:
    """The problem in the reader's language. ``refusal.detail`` stays in the log."""
    body = WebProblem(
        type=f"urn:diemcau:refusal:{refusal.code}",
        title=words.t(REFUSALS[refusal.code].happened, **refusal.params),
        status=status_of(refusal),
        detail=told(words, refusal.code, **refusal.params),
        code=str(refusal.code),
        params=refusal.params,
        reference=reference,
    )
    return web.Response(status=body.status, body=msgspec.json.encode(body), content_type=PROBLEM_TYPE)
