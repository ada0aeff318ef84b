"""What comes in and goes out: JSON, the query, and what the route declared of both."""

import re
from typing import TypeVar

import msgspec
from aiohttp import web

from bridge.errors import Code, Invalid, Refusal
from web.api.routes import ROUTE, may_be_left_out

Body = TypeVar("Body", bound=msgspec.Struct)

JSON = "application/json"
_WHERE = re.compile(r"`\$\.(\w+)")


async def read_body(request: web.Request, kind: type[Body]) -> Body:
    """As :func:`read_json`, of a call of the API; may be left out when it has nothing that must be said."""
    _check_declared(request[ROUTE].body, kind)
    if not request.can_read_body and may_be_left_out(kind):
        return kind()
    return await read_json(request, kind)


async def read_json(request: web.Request, kind: type[Body]) -> Body:
    """The request's JSON as ``kind``. Raises Invalid(malformed_message) saying where it does not fit,
    Refusal(unsupported_media_type)."""
    if request.content_type != JSON:
        raise Refusal(Code.UNSUPPORTED_MEDIA_TYPE, request.content_type, wanted=JSON)
    text = await request.read()
    if b"\\u0000" in text:
        raise Invalid(Code.MALFORMED_MESSAGE, "NUL", reason="NUL")
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(Code.MALFORMED_MESSAGE, str(error), reason=str(error)) from error


def read_query(request: web.Request, kind: type[Body]) -> Body:
    """The query as ``kind``; what it does not name is passed over. Raises Invalid(field)."""
    _check_declared(request[ROUTE].query, kind)
    told = dict(request.query)
    for name, text in told.items():
        if "\0" in text or not _is_text(text):
            raise Invalid(field=name)
    try:
        return msgspec.convert(told, kind, strict=False)
    except msgspec.ValidationError as error:
        where = _WHERE.search(str(error))
        raise Invalid(detail=str(error), field=where[1] if where else "query") from error


def _is_text(text: str) -> bool:
    """Bytes that are no UTF-8 come as lone surrogates, which no database takes."""
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def _check_declared(declared: type | None, kind: type) -> None:
    if declared is not kind:
        raise TypeError(f"the route declares {declared}, its handler reads {kind}")


def json_response(body: object, status: int = 200) -> web.Response:
    """``body`` as JSON."""
    return web.Response(status=status, body=msgspec.json.encode(body), content_type=JSON)


def made_response(body: object, address: str) -> web.Response:
    """201 with where the new thing is."""
    response = json_response(body, 201)
    response.headers["Location"] = address
    return response
