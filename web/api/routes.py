"""What a call of the API is: one value, from which both the router and the OpenAPI document are made.

A handler reads its query and its body by :func:`web.api.bodies.read_query` and ``read_body``, which refuse any other
struct than the one that is declared here; so the document cannot promise what the handler does not take.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import msgspec
from aiohttp import web

from bridge.errors import Code
from bridge.policy import Action
from web.requests import signed_in

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Body = type[msgspec.Struct]

_PLACE = re.compile(r"\{(\w+)(?::[^{}]*(?:\{[^{}]*\}[^{}]*)*)?\}")

SIGNED_IN = (Code.NOT_SIGNED_IN, Code.PASSWORD_CHANGE_REQUIRED, Code.STORAGE_UNAVAILABLE, Code.INTERNAL)
"""What every call can be refused with, but the open ones."""

_SENT = (Code.FORM_EXPIRED, Code.MALFORMED_MESSAGE, Code.TOO_LARGE, Code.UNSUPPORTED_MEDIA_TYPE)
_ONCE = (Code.KEY_REUSED, Code.OUTCOME_UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """``says``: one sentence of the catalogue. ``action``: what the policy is asked, None: whoever is signed in may.
    ``open``: nobody has to be signed in; ``visit``: nor has a guest, whose visit to the one invitation is asked for.
    ``answers``: by status the struct that is sent, or None for no body; ``media``: types of bytes that are sent instead
    of JSON. ``refusals``: codes beside those that every such call can give."""

    method: str
    path: str
    handler: Handler
    says: str
    action: Action | None = None
    answers: Mapping[int, type | None]
    media: Sequence[str] = ()
    query: Body | None = None
    body: Body | None = None
    refusals: Sequence[Code] = ()
    open: bool = False
    visit: bool = False

    @property
    def once(self) -> bool:
        """Whether it can be sent again under a key: that is kept for whoever is signed in."""
        return self.method == "POST" and not (self.open or self.visit)

    @property
    def places(self) -> list[str]:
        """Names of the path's parameters, in order."""
        return _PLACE.findall(self.path)

    @property
    def template(self) -> str:
        """The path as OpenAPI writes it."""
        return _PLACE.sub(r"{\1}", self.path)

    @property
    def codes(self) -> list[Code]:
        """Everything it can be refused with."""
        found = [*self.refusals]
        if not self.open:
            found += SIGNED_IN
        if self.action is not None:
            found.append(Code.NOT_FOUND if self.method == "GET" else Code.NOT_PERMITTED)
        if self.places:
            found.append(Code.NOT_FOUND)
        if self.query is not None or self.body is not None:
            found.append(Code.INVALID_FIELD)
        if self.body is not None:
            found += _SENT
        if self.method != "GET":
            found.append(Code.FORM_EXPIRED)
        if self.once:
            found += _ONCE
        return sorted(set(found))


def may_be_left_out(body: Body) -> bool:
    """Whether nothing in it must be said."""
    return not any(one.required for one in msgspec.structs.fields(body))


ROUTE = web.RequestKey("route", Route)
"""Which of them a request came in by."""


@dataclass(frozen=True, slots=True)
class Call:
    """Makes routes of one shape, so that each is one line where it is declared."""

    method: str
    status: int = 200
    more: Mapping[int, type | None] = field(default_factory=lambda: MappingProxyType({}))

    def __call__(
        self,
        path: str,
        handler: Handler,
        says: str,
        action: Action | None,
        answer: type | None,
        *,
        body: Body | None = None,
        query: Body | None = None,
        refusals: Sequence[Code] = (),
        more: Mapping[int, type | None] | None = None,
        open: bool = False,
        visit: bool = False,
    ) -> Route:
        """A call with a JSON answer, or none (204)."""
        answers = {self.status if answer is not None else 204: answer, **(more or {})}
        return Route(
            method=self.method,
            path=path,
            handler=handler,
            says=says,
            action=action,
            answers=answers,
            body=body,
            query=query,
            refusals=refusals,
            open=open,
            visit=visit,
        )


get, post, put, patch, delete = Call("GET"), Call("POST"), Call("PUT"), Call("PATCH"), Call("DELETE")
created, accepted = Call("POST", 201), Call("POST", 202)


def download(
    path: str, handler: Handler, says: str, action: Action, media: Sequence[str], *, query: Body | None = None,
    refusals: Sequence[Code] = (),
) -> Route:  # fmt: skip
    """Bytes, whole or one range of them."""
    answers: dict[int, type | None] = {200: None, 206: None, 416: None}
    return Route(
        method="GET", path=path, handler=handler, says=says, action=action, answers=answers, media=media, query=query,
        refusals=refusals,
    )  # fmt: skip


def mounted(route: Route, around: Callable[[Handler], Handler]) -> web.RouteDef:
    """For aiohttp's router. ``around``: what a POST of somebody signed in goes through (idempotency keys)."""
    handler = around(route.handler) if route.once else route.handler

    async def handle(request: web.Request) -> web.StreamResponse:
        request[ROUTE] = route
        if not (route.open or route.visit):
            signed_in(request)  # before anything is read: strangers are told nothing of what a call takes
        return await handler(request)

    return web.route(route.method, route.path, handle)
