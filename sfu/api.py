"""The control API of a media node: JSON over HTTP, events over a WebSocket. Anyone can drive it with curl.

Each path is one method of :class:`bridge.ports.MediaNode`; refusals are RFC 9457 problems. Nothing here decides.
"""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import TypeVar

import msgspec
from aiohttp import WSCloseCode, web
from prometheus_client import CONTENT_TYPE_LATEST

from bridge.about import about
from bridge.control import (
    CaptureOrder,
    DownlinkAnswer,
    ParticipantOrder,
    ProbeOffer,
    Problem,
    RestartOrder,
    RoomOrder,
    TapOrder,
    UplinkOffer,
    WantsOrder,
)
from bridge.errors import Code, Conflict, Invalid, NotFound, NotPermitted, Refusal, Unavailable
from bridge.ids import ParticipantId, RoomId
from sfu.node import Node

log = logging.getLogger(__name__)

LONGEST_BODY = 256 * 1024
"""Bytes; a session description of 30 m-lines has about 60 kB."""
_NODE = web.AppKey("node", Node)
_STATUS: tuple[tuple[type[Refusal], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (Invalid, 400),
    (NotPermitted, 403),
    (Unavailable, 503),
    (Refusal, 422),
)
_HEARTBEAT_S = 10.0

Body = TypeVar("Body")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def application(node: Node) -> web.Application:
    """The API of this node."""
    app = web.Application(middlewares=[_problems, _permitted], client_max_size=LONGEST_BODY)
    app[_NODE] = node
    room = "/rooms/{room}"
    participant = room + "/participants/{participant}"
    app.add_routes(
        [
            web.get("/health", _health),
            web.get("/stats", _stats),
            web.get("/figures", _figures),
            web.get("/metrics", _metrics),
            web.get("/events", _events),
            web.post("/probes", _probe),
            web.put(room, _put_room),
            web.delete(room, _delete_room),
            web.put(participant, _put_participant),
            web.delete(participant, _delete_participant),
            web.post(participant + "/uplink", _uplink),
            web.post(participant + "/downlink", _downlink),
            web.post(participant + "/downlink/restart", _restart_downlink),
            web.put(participant + "/wants", _put_wants),
            web.post(participant + "/capture", _capture),
            web.get(room + "/lines", _room_lines),
            web.put(room + "/tap", _put_tap),
            web.delete(room + "/tap", _delete_tap),
        ]
    )
    return app


def problem_of(refusal: Refusal) -> Problem:
    """RFC 9457; the one place where a refusal meets this wire."""
    status = next(status for kind, status in _STATUS if isinstance(refusal, kind))
    code = refusal.code.value
    return Problem(f"urn:diemcau:{code}", code.replace("_", " "), status, code, refusal.detail)


@web.middleware
async def _problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    with about(**request.match_info):
        return await _answered(request, handler)


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refusal as refusal:
        return _problem(problem_of(refusal))
    except web.HTTPRequestEntityTooLarge:
        return _problem(Problem("urn:diemcau:too_large", "too large", 413, Code.TOO_LARGE.value, request.path))
    except web.HTTPException as error:
        return _problem(
            Problem("urn:diemcau:not_found", error.reason, error.status, Code.NOT_FOUND.value, request.path)
        )
    except Exception:
        # The outermost edge: a fault of ours is logged whole and answered without detail.
        log.exception("control request %s %s", request.method, request.path)
        return _problem(Problem("urn:diemcau:internal", "internal", 500, Code.INTERNAL.value, ""))


@web.middleware
async def _permitted(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Where a secret is set it must be shown. Raises NotPermitted."""
    secret = request.app[_NODE].config.secret
    given = request.headers.get("Authorization", "")
    if secret and not hmac.compare_digest(given.encode(), f"Bearer {secret}".encode()):
        raise NotPermitted(Code.NOT_PERMITTED, "bearer secret")
    return await handler(request)


def _problem(problem: Problem) -> web.Response:
    body = msgspec.json.encode(problem)
    return web.Response(body=body, status=problem.status, content_type="application/problem+json")


def _json(value: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")


def _done() -> web.Response:
    return web.Response(status=204)


async def _body(request: web.Request, shape: type[Body]) -> Body:
    try:
        return msgspec.json.decode(await request.read(), type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(Code.MALFORMED_MESSAGE, str(error)) from error


def _who(request: web.Request) -> tuple[RoomId, ParticipantId]:
    return RoomId(request.match_info["room"]), ParticipantId(request.match_info["participant"])


def _room(request: web.Request) -> RoomId:
    return RoomId(request.match_info["room"])


async def _health(request: web.Request) -> web.Response:
    return _json(await request.app[_NODE].health())


async def _stats(request: web.Request) -> web.Response:
    return _json(request.app[_NODE].stats())


async def _figures(request: web.Request) -> web.Response:
    return _json(await request.app[_NODE].figures())


async def _metrics(request: web.Request) -> web.Response:
    text = await request.app[_NODE].metrics()
    return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _probe(request: web.Request) -> web.Response:
    return _json(await request.app[_NODE].probe(await _body(request, ProbeOffer)))


async def _put_room(request: web.Request) -> web.Response:
    await request.app[_NODE].put_room(_room(request), await _body(request, RoomOrder))
    return _done()


async def _delete_room(request: web.Request) -> web.Response:
    await request.app[_NODE].delete_room(_room(request), goes_on="goes_on" in request.query)
    return _done()


async def _put_participant(request: web.Request) -> web.Response:
    await request.app[_NODE].put_participant(*_who(request), await _body(request, ParticipantOrder))
    return _done()


async def _delete_participant(request: web.Request) -> web.Response:
    await request.app[_NODE].delete_participant(*_who(request))
    return _done()


async def _uplink(request: web.Request) -> web.Response:
    return _json(await request.app[_NODE].offer_uplink(*_who(request), await _body(request, UplinkOffer)))


async def _downlink(request: web.Request) -> web.Response:
    await request.app[_NODE].answer_downlink(*_who(request), await _body(request, DownlinkAnswer))
    return _done()


async def _restart_downlink(request: web.Request) -> web.Response:
    order = await _body(request, RestartOrder) if request.can_read_body else RestartOrder()
    await request.app[_NODE].restart_downlink(*_who(request), keep=order.keep)
    return _done()


async def _put_wants(request: web.Request) -> web.Response:
    await request.app[_NODE].put_wants(*_who(request), await _body(request, WantsOrder))
    return _done()


async def _put_tap(request: web.Request) -> web.Response:
    return _json(await request.app[_NODE].put_tap(_room(request), await _body(request, TapOrder)))


async def _delete_tap(request: web.Request) -> web.Response:
    return _json(await request.app[_NODE].delete_tap(_room(request)))


async def _room_lines(request: web.Request) -> web.Response:
    return _json(await request.app[_NODE].room_lines(_room(request)))


async def _capture(request: web.Request) -> web.StreamResponse:
    """A refusal comes before the first piece; whoever hangs up ends the capture."""
    order = await _body(request, CaptureOrder)
    async with aclosing(request.app[_NODE].capture(*_who(request), order)) as pieces:
        first = await anext(pieces)
        response = web.StreamResponse(headers={"Content-Type": "application/octet-stream"})
        try:
            await response.prepare(request)
            await response.write(first)
            async for piece in pieces:
                if request.transport is None or request.transport.is_closing():
                    break
                if piece:
                    await response.write(piece)
            await response.write_eof()
        except ConnectionError:
            log.info("capture: whoever asked hung up")
    return response


async def _events(request: web.Request) -> web.WebSocketResponse:
    """``?run=R&after=N``. A consumer that is too slow is cut off and asks again from its last number."""
    after = request.query.get("after", "0")
    if not (after.isascii() and after.isdigit()):
        raise Invalid(Code.INVALID_FIELD, "after", field="after")
    socket = web.WebSocketResponse(heartbeat=_HEARTBEAT_S)
    await socket.prepare(request)
    sending = asyncio.create_task(_send_events(request, socket, int(after)))
    try:
        async for _ in socket:
            """Nothing is expected from there but pings and its end; unread, neither would be seen."""
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    return socket


async def _send_events(request: web.Request, socket: web.WebSocketResponse, after: int) -> None:
    async with aclosing(request.app[_NODE].events(request.query.get("run", ""), after)) as events:
        try:
            async for event in events:
                await socket.send_bytes(msgspec.json.encode(event))
        except ConnectionError:
            return
    await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
