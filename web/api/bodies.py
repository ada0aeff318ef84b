"""JSON in and out."""

from typing import TypeVar

import msgspec
from aiohttp import web

from bridge.errors import Code, Invalid

Body = TypeVar("Body")


async def read_body(request: web.Request, kind: type[Body]) -> Body:
    """The request's JSON as ``kind``. Raises Invalid(malformed_message) saying where it does not fit."""
    text = await request.read()
    if b"\\u0000" in text:
        raise Invalid(Code.MALFORMED_MESSAGE, "NUL", reason="NUL")
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(Code.MALFORMED_MESSAGE, str(error), reason=str(error)) from error


def json_response(body: object, status: int = 200) -> web.Response:
    """``body`` as JSON."""
    return web.Response(status=status, body=msgspec.json.encode(body), content_type="application/json")
