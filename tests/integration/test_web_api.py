"""The API: document and router are one, every error is a problem, lists hold under inserts, set-up by REST."""

import re
from collections.abc import Iterator
from typing import Any

from tests.support.api_client import RECEPTION, problem, value
from tests.support.pages import Pages, Reader
from tests.support.province import ADMINISTRATOR
from web.access import OPEN_TO_ALL
from web.pages.today import CARDS


def registered(pages: Pages) -> set[tuple[str, str]]:
    """Calls of the API that the router knows, but the document's own."""
    found = set()
    for route in pages.app.router.routes():
        info = route.resource.get_info() if route.resource else {}
        path = info.get("path") or info.get("formatter") or ""
        if path.startswith("/api/") and path != "/api/openapi.json" and route.method != "HEAD":
            found.add((route.method, path))
    return found


def references(node: Any) -> Iterator[str]:
    """Every $ref in it."""
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from references(one)


async def test_document_router_and_page_tell_the_same(pages: Pages) -> None:
    async with pages.reader() as anybody:
        document = value(await anybody.get("/api/openapi.json"))
        told = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
        assert told == registered(pages)
        assert len(told) > 30
        operations = [one for item in document["paths"].values() for one in item.values()]
        assert len({one["operationId"] for one in operations}) == len(operations)
        assert document["openapi"] == "3.1.0"
        for reference in references(document):
            assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"]
        page = (await anybody.get("/api")).text
        assert {(method, path) for method, path in re.findall(r"<code>([A-Z]+) (/api/[^<]+)</code>", page)} == told


async def test_each_call_is_closed_to_strangers(pages: Pages) -> None:
    async with pages.reader() as stranger:
        for method, path in registered(pages) - set(OPEN_TO_ALL):
            answer = await stranger.ask(method, re.sub(r"\{(\w+)\}", "1", path), json={})
            assert "WWW-Authenticate" in answer.headers, (method, path, answer.text)
            problem(answer, 401, "not_signed_in")


async def test_every_error_is_a_problem(pages: Pages, client: Reader) -> None:
    other = {"Content-Type": "text/plain"}
    problem(await client.get("/api/nowhere"), 404, "not_found")
    problem(await client.get("/api/people/nobody"), 404, "not_found")
    wrong = await client.ask("PUT", "/api/people")
    problem(wrong, 405, "method_not_allowed")
    assert {"GET", "POST"} <= set(wrong.headers["Allow"].split(", "))
    big = await client.ask("POST", "/api/points", json={"agency": "office-central", "name": "x" * 300_000})
    problem(big, 413, "too_large")
    told = problem(await client.ask("POST", "/api/points", data="{}", headers=other), 415, "unsupported_media_type")
    assert told.params == {"wanted": "application/json"}
    json_ = {"Content-Type": "application/json"}
    for body in ("{", '{"agency":1}', '{"name":"x","agency":"a","more":1}', "[]", ""):
        sent = await client.ask("POST", "/api/points", data=body, headers=json_)
        assert problem(sent, 400, "malformed_message").params["reason"]
    for query, status, code in (
        ("after=x", 400, "cursor_invalid"),
        ("limit=0", 422, "invalid_field"),
        ("limit=201", 422, "invalid_field"),
        ("limit=many", 422, "invalid_field"),
    ):
        problem(await client.get(f"/api/agencies?{query}"), status, code)
    refused = await client.ask("POST", "/api/recordings/x/verify")
    problem(refused, 404, "unknown_recording")
    assert "x" * 100 not in big.text


async def read_all(reader: Reader, path: str, name: str, between: dict[int, Any] | None = None) -> list[str]:
    """Ids of every page of two; ``between``: what is done after which page."""
    found: list[str] = []
    after, number = "", 0
    while True:
        page = value(await reader.get(f"{path}limit=2&after={after}"))
        found += [row["id"] for row in page[name]]
        assert len(page[name]) <= 2
        number += 1
        if between and number in between:
            await between[number]
        if page["next"] is None:
            return found
        after = page["next"]


async def add_point(reader: Reader, name: str) -> str:
    """Its id."""
    body = {"agency": "office-central", "name": name, "place": "x"}
    made = value(await reader.ask("POST", "/api/points", json=body), 201)
    return str(made["id"])


async def test_lists_hold_when_rows_come_before_the_place(client: Reader) -> None:
    last = [await add_point(client, f"Z {number}") for number in range(3)]
    found = await read_all(client, "/api/points?", "points", {1: add_point(client, "A before")})
    assert found == ["point-central", "point-commune", "point-province", *last]
    assert len(set(await read_all(client, "/api/points?", "points"))) == 7
    assert len(await read_all(client, "/api/people?", "people")) == 6
    assert await read_all(client, "/api/people?q=chu&", "people") == ["id-chair"]


async def test_receptions_come_in_pages_and_only_ones_own(pages: Pages, client: Reader) -> None:
    for number in range(5):
        body = {**RECEPTION, "title": str(number), "starts_ms": int(str(RECEPTION["starts_ms"])) + number % 3}
        value(await client.ask("POST", "/api/receptions", json=body), 201)
    async with pages.reader() as agency:
        await agency.sign_in("agency")  # of another office, with a seat in each
        assert len(set(await read_all(agency, "/api/receptions?", "receptions"))) == 5
        assert value(await agency.get("/api/receptions?before_ms=1795399200000"))["receptions"] == []
    async with pages.reader() as citizen:
        await citizen.sign_in("citizen")
        assert value(await citizen.get("/api/receptions"))["receptions"] == []


async def test_set_up_by_rest(pages: Pages, client: Reader) -> None:
    commune = {"name": "Xã Mới", "level": "commune", "parent": "office-central"}
    made = await client.ask("POST", "/api/agencies", json=commune)
    agency = value(made, 201)
    assert value(await client.get(made.headers["Location"])) == agency
    one = f"/api/agencies/{agency['id']}"
    renamed = {"name": "Xã Cũ", "was": "Xã Mới"}
    assert value(await client.ask("PATCH", one, json=renamed))["name"] == "Xã Cũ"
    late = problem(await client.ask("PATCH", one, json={"name": "Xã Ba", "was": "Xã Mới"}), 409, "conflict")
    assert late.params["now"] == "Xã Cũ"
    taken = problem(await client.ask("POST", "/api/agencies", json={**commune, "name": "xã cũ"}), 422, "invalid_field")
    assert taken.params["field"] == "name"
    point = await add_point(client, "Điểm cầu")
    moved = {"name": "Điểm cầu", "place": "Nhà văn hóa", "was": "Điểm cầu", "was_place": "x"}
    assert value(await client.ask("PATCH", f"/api/points/{point}", json=moved))["place"] == "Nhà văn hóa"
    person = {"login": "thu.ky", "name": "Thư Ký", "roles": ["secretary"], "agency": agency["id"]}
    told = value(await client.ask("POST", "/api/people", json=person), 201)
    assert told["person"]["must_change_password"] is True
    async with pages.reader() as secretary:
        assert (await secretary.sign_in("thu.ky", told["password"])).path == "/account/password"
        problem(await secretary.get("/api/me"), 403, "password_change_required")
    own = f"/api/people/{told['person']['id']}"
    assert value(await client.ask("POST", f"{own}/disable"))["disabled"] is True
    assert value(await client.ask("POST", f"{own}/enable"))["disabled"] is False
    assert value(await client.ask("POST", f"{own}/password"))["password"] != told["password"]
    seen = value(await client.get("/api/attendees?q=thu"))["attendees"]
    assert [(one["account"], one["role"]) for one in seen] == [(told["person"]["id"], "secretary")]


async def test_me_is_who_asks(pages: Pages) -> None:
    async with pages.reader() as administrator:
        await administrator.sign_in(ADMINISTRATOR)
        me = value(await administrator.get("/api/me"))
        assert (me["account"], me["client"], "set_up" in me["actions"]) == ("id-admin", False, True)


async def test_todays_list_goes_on_behind_a_link(pages: Pages, client: Reader) -> None:
    for number in range(CARDS + 2):
        body = {**RECEPTION, "title": f"No {number:02}."}
        value(await client.ask("POST", "/api/receptions", json=body), 201)
    async with pages.reader() as chair:
        await chair.sign_in("chair")
        first = await chair.get("/today")
        onward = re.search(r'href="(/today\?after=[\w-]+)"', first.text)
        assert onward, first.text
        second = await chair.get(onward[1])
        shown = [re.findall(r"(No \d\d)\.</bdi></a>", page.text) for page in (first, second)]
        assert [len(one) for one in shown] == [CARDS, 2]
        assert len({*shown[0], *shown[1]}) == CARDS + 2
        assert (await chair.get("/today?after=x")).status == 400
