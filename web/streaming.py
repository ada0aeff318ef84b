"""A stored object as an answer, whole or one range of it, passed on in chunks."""

import logging
from collections.abc import Mapping

import msgspec
from aiohttp import web

from bridge.errors import Refusal
from bridge.ports import ObjectStore
from web.ranges import Span, Unsatisfiable, asked_span

log = logging.getLogger(__name__)


class Streamed(msgspec.Struct, frozen=True):
    """Which bytes, and what they are for a browser."""

    key: str
    version: str
    bytes: int
    media_type: str
    headers: Mapping[str, str] = {}


def range_headers(span: Span | None) -> dict[str, str]:
    """Of every answer that may come in parts."""
    return {"Accept-Ranges": "bytes", **({"Content-Range": span.content_range} if span else {})}


def unsatisfiable(error: Unsatisfiable) -> web.Response:
    """For a range that the object does not have."""
    return web.Response(status=416, headers={"Content-Range": f"bytes */{error.total}"})


async def stream(request: web.Request, objects: ObjectStore, what: Streamed) -> web.StreamResponse:
    """The first chunk is read before the answer begins, so that a missing object still is a 404. Raises Unsatisfiable,
    NotFound, Unavailable."""
    asked = asked_span(request.headers.get("Range"), what.bytes)
    span = asked or Span(0, what.bytes, what.bytes)
    chunks = objects.read(what.key, what.version or None, span.start, span.end - span.start)
    first = await anext(chunks, b"")
    response = web.StreamResponse(status=206 if asked else 200, headers={**what.headers, **range_headers(asked)})
    response.content_type = what.media_type
    response.content_length = span.end - span.start
    await response.prepare(request)
    if request.method == "HEAD":
        return response
    await response.write(first)
    try:
        async for chunk in chunks:
            await response.write(chunk)
    except Refusal as refusal:
        log.warning("object %s broke off: %s", what.key, refusal)
        # Too late for another status: a cut connection tells the reader that the file is not whole.
        if request.transport is not None:
            request.transport.abort()
        return response
    await response.write_eof()
    return response
