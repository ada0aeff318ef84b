"""The OpenAPI 3.1 document of the API, from its table of routes and the structs they name."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bridge.errors import Code
from web.api.routes import Route, may_be_left_out
from web.config import WebConfig
from web.problems import PROBLEM_TYPE, status_of_code
from web.wire import CSRF_HEADER, WebProblem

VERSION = "1"
"""Of the API: grows when something that was promised no longer holds. What is only added does not change it."""

_REFERENCE = "#/components/schemas/{name}"
_IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of 1 to 200 visible ASCII characters, new for each request. Sent again within 24 hours "
    "with the same body, the request is not done again and its answer is told again.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
}
_INTRODUCTION = (
    "What the pages do, for programs: the same services, the same policy. Sign in as a client with "
    "`Authorization: Bearer`, or, from a page, with its session. Errors are RFC 9457 problems with a stable `code`. "
    "Lists go on with `after` = `next`. What one may not see is answered as if it were not there (404)."
)

Section = tuple[str, Sequence[Route]]


def document(config: WebConfig, sections: Sequence[Section]) -> dict[str, Any]:
    """As JSON values."""
    routes = [route for _, part in sections for route in part]
    schemas = _Schemas(routes)
    paths: dict[str, dict[str, Any]] = {}
    for name, part in sections:
        for route in part:
            paths.setdefault(route.template, {})[route.method.lower()] = _operation(route, name, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Điểm Cầu – {config.office}", "version": VERSION, "description": _INTRODUCTION},
        "servers": [{"url": config.origin}],
        "tags": [{"name": name} for name, _ in sections],
        "paths": paths,
        "components": {"schemas": schemas.components, "securitySchemes": _security(config)},
    }


def _security(config: WebConfig) -> dict[str, Any]:
    return {
        "client": {
            "type": "http",
            "scheme": "bearer",
            "description": "The secret of a client, made on /setup/clients.",
        },
        "session": {"type": "apiKey", "in": "cookie", "name": config.session_cookie},
        "visit": {
            "type": "apiKey",
            "in": "cookie",
            "name": config.visit_cookie,
            "description": "Of a guest who entered by the code of an invitation.",
        },
        "page": {"type": "apiKey", "in": "header", "name": CSRF_HEADER, "description": "Beside a session, to change."},
    }


class _Schemas:
    """Each struct once, under its name."""

    def __init__(self, routes: Sequence[Route]) -> None:
        asked = {kind: None for route in routes for kind in _kinds(route)}
        self._kinds = [*asked, WebProblem]
        found, self.components = msgspec.json.schema_components(self._kinds, ref_template=_REFERENCE)
        self._found = dict(zip(self._kinds, found, strict=True))

    def of(self, kind: type) -> Mapping[str, Any]:
        """A reference to it."""
        return self._found[kind]


def _kinds(route: Route) -> list[type]:
    return [kind for kind in (route.body, *route.answers.values()) if kind is not None]


def _operation(route: Route, section: str, schemas: _Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _name(route),
        "summary": route.says,
        "tags": [section],
        "parameters": [*map(_place, route.places), *_asked(route)],
        "responses": {**_answers(route, schemas), **_refusals(route, schemas)},
        "x-codes": [str(code) for code in route.codes],
    }
    if route.action is not None:
        operation["x-action"] = str(route.action)
    if route.body is not None:
        content = {"application/json": {"schema": schemas.of(route.body)}}
        operation["requestBody"] = {"required": not may_be_left_out(route.body), "content": content}
    operation["security"] = _asked_for(route)
    return operation


def _asked_for(route: Route) -> list[dict[str, list[str]]]:
    page: dict[str, list[str]] = {} if route.method == "GET" else {"page": []}
    if route.visit:
        return [{"visit": [], **page}]
    return [] if route.open else [{"client": []}, {"session": [], **page}]


def _name(route: Route) -> str:
    """``get_receptions_reception``."""
    parts = route.template.removeprefix("/api/").replace("{", "").replace("}", "").replace(".", "_").split("/")
    return "_".join([route.method.lower(), *parts])


def _place(name: str) -> dict[str, Any]:
    number = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
    schema = number if name == "number" else {"type": "string", "minLength": 1, "pattern": "^[^/]+$"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _asked(route: Route) -> list[dict[str, Any]]:
    asked = [] if route.query is None else _fields(route.query)
    return [*asked, _IDEMPOTENCY] if route.once else asked


def _fields(query: type[msgspec.Struct]) -> list[dict[str, Any]]:
    (reference,), components = msgspec.json.schema_components([query], ref_template=_REFERENCE)
    whole = components[reference["$ref"].rpartition("/")[2]]
    return [
        {"name": name, "in": "query", "required": False, "schema": schema}
        for name, schema in whole["properties"].items()
    ]


def _answers(route: Route, schemas: _Schemas) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, kind in sorted(route.answers.items()):
        answer: dict[str, Any] = {"description": _SAID.get(status, "As asked.")}
        if kind is not None:
            answer["content"] = {"application/json": {"schema": schemas.of(kind)}}
        elif route.media and status < 300:
            answer["content"] = {media: {"schema": {}} for media in route.media}
        found[str(status)] = answer
    return found


_SAID = {
    201: "Made; `Location` says where it is.",
    202: "Begun.",
    204: "Done.",
    206: "The range that was asked for.",
    416: "There is no such range.",
}


def _refusals(route: Route, schemas: _Schemas) -> dict[str, Any]:
    """By status, and whatever else may go wrong with any request."""
    by_status: dict[int, list[Code]] = {}
    for code in route.codes:
        by_status.setdefault(status_of_code(code), []).append(code)
    content = {PROBLEM_TYPE: {"schema": schemas.of(WebProblem)}}
    found = {
        str(status): {"description": ", ".join(f"`{code}`" for code in codes), "content": content}
        for status, codes in sorted(by_status.items())
    }
    return {**found, "default": {"description": "Any other problem.", "content": content}}
