"""The recorder's control API: JSON over HTTP, numbered events over a WebSocket, refusals as RFC 9457 problems.

::

    GET    /health                        RecorderHealth
    GET    /stats                         [Figures, …]
    GET    /metrics                       Prometheus' text format
    PUT    /recordings/{r}                ArmOrder → RecordingStatus
    GET    /recordings/{r}                RecordingStatus
    POST   /recordings/{r}/proof          Proof
    POST   /recordings/{r}/started        RecordingStatus
    POST   /recordings/{r}/finished       RecordingStatus
    DELETE /recordings/{r}                204
    WS     /events?run=R&after=N          Numbered, one a message
"""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from ssl import SSLContext
from typing import TypeAlias

import msgspec
from aiohttp import WSCloseCode, web
from prometheus_client import CONTENT_TYPE_LATEST

from bridge.about import about
from bridge.control import Problem
from bridge.errors import Code, Refusal
from bridge.ids import RecordingId
from bridge.recorder_control import ArmOrder
from recorder.places import listen
from recorder.recorder import Recorder

MAX_BODY = 64 * 1024
HEARTBEAT_S = 10.0

_STATUS = {
    Code.NOT_PERMITTED: 401,
    Code.UNKNOWN_RECORDING: 404,
    Code.NOT_FOUND: 404,
    Code.INVALID_FIELD: 400,
    Code.MALFORMED_MESSAGE: 400,
    Code.CONFLICT: 409,
    Code.ILLEGAL_TRANSITION: 409,
    Code.CENTRAL_POINT_SILENT: 409,
    Code.INTERNAL: 500,
}
"""Anything else is a part that does not answer: 503."""

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

_log = logging.getLogger(__name__)


class ControlServer:
    """``address``: ``unix:PATH`` | ``HOST:PORT`` (port 0: any). ``secret``: bearer secret; empty: none is asked for.
    ``answering``: of a line to other machines."""

    def __init__(self, recorder: Recorder, address: str, secret: str, answering: SSLContext | None = None) -> None:
        self.address = address
        self._recorder = recorder
        self._secret = secret
        self._answering = answering
        self._runner: web.AppRunner | None = None
        self._sockets: set[web.WebSocketResponse] = set()

    async def start(self) -> None:
        """Listen. Raises OSError."""
        application = web.Application(client_max_size=MAX_BODY, middlewares=[self._guard])
        application.add_routes(self._routes())
        application.on_shutdown.append(self._end_sockets)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=2.0)
        await runner.setup()
        self._runner = runner
        self.address = await listen(runner, self.address, self._answering)

    async def close(self) -> None:
        """Idempotent."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    def _routes(self) -> list[web.RouteDef]:
        one = "/recordings/{recording}"
        return [
            web.get("/health", self._health),
            web.get("/stats", self._stats),
            web.get("/metrics", self._metrics),
            web.put(one, self._arm),
            web.get(one, self._show),
            web.delete(one, self._disarm),
            web.post(one + "/proof", self._prove),
            web.post(one + "/started", self._started),
            web.post(one + "/finished", self._finished),
            web.get("/events", self._events),
        ]

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Who may ask, and the one place where a refusal becomes a problem."""
        given = request.headers.get("Authorization", "")
        if self._secret and not hmac.compare_digest(given.encode(), f"Bearer {self._secret}".encode()):
            return _problem(Code.NOT_PERMITTED, "bearer secret")
        with about(**request.match_info):
            return await self._answered(request, handler)

    async def _answered(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refusal as refusal:
            return _problem(refusal.code, refusal.detail)
        except web.HTTPException as exception:
            return _http_problem(exception)
        except Exception:  # noqa: BLE001 - the last line of defence of a surface: no traceback leaves it, the log has it
            _log.exception("%s %s", request.method, request.path)
            return _problem(Code.INTERNAL, "")

    async def _health(self, _: web.Request) -> web.Response:
        return _answer(await self._recorder.health())

    async def _stats(self, _: web.Request) -> web.Response:
        return _answer(self._recorder.figures())

    async def _metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=await self._recorder.metrics(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _arm(self, request: web.Request) -> web.Response:
        try:
            order = msgspec.json.decode(await request.read(), type=ArmOrder)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Refusal(Code.MALFORMED_MESSAGE, str(error)) from error
        return _answer(await self._recorder.arm(_recording(request), order))

    async def _show(self, request: web.Request) -> web.Response:
        return _answer(self._recorder.find(_recording(request)).status)

    async def _disarm(self, request: web.Request) -> web.Response:
        await self._recorder.disarm(_recording(request))
        return web.Response(status=204)

    async def _prove(self, request: web.Request) -> web.Response:
        return _answer(await self._recorder.find(_recording(request)).prove())

    async def _started(self, request: web.Request) -> web.Response:
        return _answer(await self._recorder.find(_recording(request)).started())

    async def _finished(self, request: web.Request) -> web.Response:
        return _answer(await self._recorder.find(_recording(request)).finished())

    async def _events(self, request: web.Request) -> web.StreamResponse:
        run = request.query.get("run", "")
        try:
            after = int(request.query.get("after", "0"))
        except ValueError as error:
            raise Refusal(Code.INVALID_FIELD, "after", field="after") from error
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=MAX_BODY)
        await socket.prepare(request)
        self._sockets.add(socket)
        sending = asyncio.create_task(self._send_events(socket, run, after))
        try:
            async for _ in socket:
                """Nothing is expected from there but its end."""
        finally:
            self._sockets.discard(socket)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        return socket

    async def _send_events(self, socket: web.WebSocketResponse, run: str, after: int) -> None:
        async for numbered in self._recorder.events.follow(run, after):
            await socket.send_bytes(msgspec.json.encode(numbered))

    async def _end_sockets(self, _: web.Application) -> None:
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)


def _recording(request: web.Request) -> RecordingId:
    return RecordingId(request.match_info["recording"])


def _answer(body: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), content_type="application/json")


def _problem(code: Code, detail: str) -> web.Response:
    return _problem_response(_STATUS.get(code, 503), code.value, detail)


def _http_problem(exception: web.HTTPException) -> web.Response:
    code = Code.TOO_LARGE if exception.status == 413 else Code.NOT_FOUND
    return _problem_response(exception.status, code.value, exception.reason)


def _problem_response(status: int, code: str, detail: str) -> web.Response:
    problem = Problem(f"urn:diemcau:problem:{code}", code.replace("_", " "), status, code, detail)
    body = msgspec.json.encode(problem)
    return web.Response(status=status, body=body, content_type="application/problem+json")
