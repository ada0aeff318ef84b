"""Idempotency keys: a POST that is sent again with its key is not done again, its answer is told again.

Kept in the database for a day, so also over a restart and between processes; enciphered, for answers hold names and new
passwords. What was refused changed nothing, so it is not kept: the same request may be sent again once it is put right.
"""

import asyncio
import hashlib
import re

import msgspec
from aiohttp import web

from bridge.client_rows import KeptAnswer
from bridge.errors import Code, Invalid, Refusal
from bridge.ids import NS_PER_S, AccountId
from web.api.routes import Handler
from web.config import WebPorts
from web.requests import signed_in

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT_NS = 86_400 * NS_PER_S
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_TOLD = ("Content-Type", "Location", "Preference-Applied")
"""Headers that belong to the answer; the others are every answer's."""


class _Answer(msgspec.Struct, frozen=True):
    headers: dict[str, str]
    body: str


class Idempotency:
    """One for all POSTs of the API."""

    def __init__(self, ports: WebPorts) -> None:
        self._ports = ports
        self._running: dict[tuple[AccountId, str], asyncio.Future[None]] = {}

    def around(self, handler: Handler) -> Handler:
        """``handler``, done once for each key."""

        async def handle(request: web.Request) -> web.StreamResponse:
            if HEADER not in request.headers:
                return await handler(request)
            return await self._once(request, handler)

        return handle

    async def _once(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        reserved = KeptAnswer(
            signed_in(request).account.id, _key(request), await _asked(request), self._ports.clock.utc()
        )
        place = (reserved.owner, reserved.key)
        while (running := self._running.get(place)) is not None:
            await asyncio.shield(running)  # who comes second gets the first one's answer
        done = self._running[place] = asyncio.get_running_loop().create_future()
        try:
            return await self._taken(reserved, request, handler)
        finally:
            del self._running[place]
            done.set_result(None)

    async def _taken(self, reserved: KeptAnswer, request: web.Request, handler: Handler) -> web.StreamResponse:
        async with self._ports.units.writing() as unit:
            await unit.kept_answers.remove_older(reserved.made_utc_ns - KEPT_NS)
            kept = await unit.kept_answers.take(reserved)
            await unit.commit()
        if kept is not None:
            return self._again(kept, reserved)
        try:
            response = await handler(request)
        except Exception:
            await self._free(reserved)
            raise
        await self._keep(reserved, response)
        return response

    def _again(self, kept: KeptAnswer, asked: KeptAnswer) -> web.Response:
        """Raises Refusal: key_reused for another request, outcome_unknown."""
        if kept.request != asked.request:
            raise Refusal(Code.KEY_REUSED, f"key {asked.key} of {asked.owner}")
        if not kept.status:
            raise Refusal(Code.OUTCOME_UNKNOWN, f"key {asked.key} of {asked.owner}")
        opened = self._ports.secrets.open(kept.answer, _about(kept))
        if opened is None:
            raise Refusal(Code.OUTCOME_UNKNOWN, f"answer under key {asked.key} of {asked.owner} cannot be read")
        answer = msgspec.json.decode(opened, type=_Answer)
        return web.Response(status=kept.status, body=answer.body.encode(), headers={**answer.headers, REPLAYED: "true"})

    async def _keep(self, reserved: KeptAnswer, response: web.StreamResponse) -> None:
        if not isinstance(response, web.Response):
            raise TypeError("only a whole answer can be kept")
        body = response.body if isinstance(response.body, bytes) else b""
        headers = {name: response.headers[name] for name in _TOLD if name in response.headers}
        text = msgspec.json.encode(_Answer(headers, body.decode()))
        sealed = self._ports.secrets.seal(text, _about(reserved))
        async with self._ports.units.writing() as unit:
            await unit.kept_answers.put(msgspec.structs.replace(reserved, status=response.status, answer=sealed))
            await unit.commit()

    async def _free(self, reserved: KeptAnswer) -> None:
        async with self._ports.units.writing() as unit:
            await unit.kept_answers.remove(reserved.owner, reserved.key)
            await unit.commit()


def _key(request: web.Request) -> str:
    """Raises Invalid(field=Idempotency-Key)."""
    key = request.headers[HEADER].strip()
    if not _KEY.fullmatch(key):
        raise Invalid(field=HEADER)
    return key


async def _asked(request: web.Request) -> str:
    """Hash of everything by which two requests differ."""
    prefer = request.headers.get("Prefer", "")
    head = f"{request.method} {request.raw_path}\n{request.content_type}\n{prefer}\n".encode("utf8", "replace")
    return hashlib.sha256(head + await request.read()).hexdigest()


def _about(kept: KeptAnswer) -> str:
    return f"answer to {kept.owner} under {kept.key}"
