"""Every address of the application is open, or about oneself, or asks the policy for the right that the table names."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import msgspec
import pytest

from bridge import policy
from bridge.ids import AccountId, AgencyId, ReceptionId, RecordingId
from bridge.model import Account, Role
from bridge.policy import POLICY, Action, Scope
from tests.support.pages import PASSWORD, Answer, Pages, QuickPasswords, Reader, serving
from tests.support.sealed import RECORDING, sealed
from web.access import ASKED, BY_CODE, BY_PLACE, OPEN_TO_ALL, OWN, Route

STATIC = ("GET", "/static/build")
"""Served only where the client is built."""

LISTS = {("GET", "/today"), ("GET", "/receptions"), ("GET", "/api/receptions"), ("GET", "/api/recordings")}
"""Open to everybody who is signed in, and empty for who may see nothing of them."""


TOLD = {("GET", "/api/me")}
"""Tells what one may do, so it goes through the whole table."""

BODIES: Mapping[str, Mapping[str, object]] = {
    "/cancel": {"reason": "x"},
    "/api/people": {"login": "new.one", "name": "X", "roles": ["agency"], "agency": "office-commune"},
    "/api/agencies": {"name": "X", "level": "commune", "parent": "office-central"},
    "/api/agencies/office-commune": {"name": "X", "was": "Y"},
    "/api/points": {"agency": "office-commune", "name": "X"},
    "/api/points/point-commune": {"name": "X", "place": "", "was": "Y", "was_place": ""},
}
"""By how the address ends: what is read before the policy is asked."""


class Heard(Mapping[Action, tuple[tuple[Role, Scope], ...]]):
    """The table, and what was asked of it."""

    def __init__(self) -> None:
        self.asked: set[Action] = set()

    def __getitem__(self, action: Action) -> tuple[tuple[Role, Scope], ...]:
        self.asked.add(action)
        return POLICY[action]

    def __iter__(self) -> Iterator[Action]:
        return iter(POLICY)

    def __len__(self) -> int:
        return len(POLICY)


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    """With a held reception, its recording, somebody who is everything, and somebody who is nothing."""
    async with serving(tmp_path) as running:
        await sealed(running)
        async with running.storage.units.writing() as unit:
            chair = await unit.accounts.get(AccountId("id-chair"))
            await unit.accounts.replace(msgspec.structs.replace(chair, roles=frozenset(Role)))
            stored, place = QuickPasswords().hash(PASSWORD), AgencyId("office-commune")
            nobody = Account(AccountId("id-nobody"), "nobody", "Nobody", frozenset(), place, None, stored)
            await unit.accounts.add(nobody)
            await unit.commit()
        yield running


async def reception(pages: Pages) -> ReceptionId:
    async with pages.storage.units.reading() as unit:
        return (await unit.recordings.get(RecordingId(RECORDING))).reception


async def called(reader: Reader, route: Route, places: Mapping[str, str], token: str) -> Answer:
    method, path = route[0], route[1].format(**places)
    headers = {"X-CSRF-Token": token, "Origin": reader.origin}
    if method == "GET":
        return await reader.ask(method, path, allow_redirects=False)
    if path.startswith("/api/"):
        body = next((body for end, body in BODIES.items() if path.endswith(end)), {})
        return await reader.ask(method, path, json=body, headers=headers, allow_redirects=False)
    return await reader.ask(method, path, data={"x": "1"}, headers=headers, allow_redirects=False)


async def where(pages: Pages) -> Mapping[str, str]:
    return {
        "reception": await reception(pages),
        "recording": RECORDING,
        "track": "t1",
        "number": "1",
        "node": "sfu-1",
        "agency": "office-commune",
        "point": "point-commune",
        "account": "id-citizen",
        "seat": "seat",
        "client": "nowhere",
        "code": "ABC-DEF-GH1",
    }


async def test_every_route_stands_in_the_table_once(pages: Pages) -> None:
    routes = {
        (route.method, route.resource.canonical)
        for route in pages.app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    named = [*OPEN_TO_ALL, *BY_PLACE, *BY_CODE, *OWN, *ASKED]
    assert len(named) == len(set(named))
    assert sorted(routes - set(named)) == []
    assert sorted(set(named) - routes - {STATIC}) == []


async def test_each_asks_the_policy_for_its_right(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.render._links", lambda _: [])  # what the head of a page may lead to asks too
    heard = Heard()
    places = await where(pages)
    async with pages.reader() as everything:
        assert (await everything.sign_in("chair")).path == "/today"
        token = await everything.token()
        monkeypatch.setattr(policy, "POLICY", heard)
        for route, action in ASKED.items():
            heard.asked.clear()
            answer = await called(everything, route, places, token)
            assert answer.status < 500, route
            assert action in heard.asked, (route, answer.status)
        for route in {*OPEN_TO_ALL, *OWN} - TOLD:
            heard.asked.clear()
            await called(everything, route, {**places, "lang": "vi", "logo": "x", "session": "x", "form": "x"}, "wrong")
            assert heard.asked == set(), route


async def test_the_document_names_the_same_rights(pages: Pages) -> None:
    async with pages.reader() as program:
        document = json.loads((await program.get("/api/openapi.json")).text)
    told = {
        (method.upper(), path): call.get("x-action")
        for path, calls in document["paths"].items()
        for method, call in calls.items()
    }
    asked = {route: action for route, action in ASKED.items() if route[1].startswith("/api/")}
    assert {route: action for route, action in told.items() if route in asked} == asked
    assert told.keys() - asked.keys() <= {*OPEN_TO_ALL, *BY_CODE, *OWN}


async def test_a_session_opens_nothing_that_needs_a_visit(pages: Pages) -> None:
    async with pages.reader() as chair:
        await chair.sign_in("chair")
        token = await chair.token()
        for route in BY_CODE:
            answer = await called(chair, route, {}, token)
            assert answer.status == 401 or answer.headers.get("Location") == "/enter", (route, answer.status)


async def test_who_may_nothing_gets_nothing(pages: Pages) -> None:
    places = await where(pages)
    async with pages.reader() as nobody:
        await nobody.sign_in("nobody")
        token = (await nobody.get("/account")).token()
        for route in ASKED:
            answer = await called(nobody, route, places, token)
            if route in LISTS:
                assert "Held reception" not in answer.text, route
            else:
                assert answer.status in (403, 404), (route, answer.status)
                assert "Held reception" not in answer.text, route


async def test_who_is_not_signed_in_is_asked_to(pages: Pages) -> None:
    places = {**await where(pages), "session": "x", "form": "x"}
    async with pages.reader() as stranger:
        for route in (*ASKED, *OWN):
            answer = await called(stranger, route, places, "")
            led = answer.headers.get("Location", "").startswith("/sign-in")
            assert answer.status == 401 or (answer.status == 303 and led), (route, answer.status)
        for route in BY_CODE:
            answer = await called(stranger, route, places, "")
            to_the_door = answer.headers.get("Location") == "/enter"
            assert answer.status == 401 or (answer.status == 303 and to_the_door), (route, answer.status)


async def test_a_changed_id_is_nothing_there_and_stands_in_the_audit(pages: Pages) -> None:
    own = await reception(pages)
    tried: Mapping[str, str] = {
        f"/receptions/{own}": f"reception {own}",
        f"/receptions/{own}/room": f"reception {own}",
        f"/api/receptions/{own}": f"reception {own}",
        f"/archive/{RECORDING}": f"recording {RECORDING}",
        f"/archive/{RECORDING}/proof": f"recording {RECORDING}",
        f"/api/recordings/{RECORDING}/manifest": f"recording {RECORDING}",
        f"/archive/{RECORDING}/copy/file": f"recording {RECORDING}",
    }
    async with pages.reader() as citizen:
        await citizen.sign_in("citizen")
        for path in tried:
            assert (await citizen.get(path)).status == 404, path
            unknown = path.replace(own, "nowhere").replace(RECORDING, "nowhere")
            answer = await citizen.get(unknown)
            assert answer.status == 404
        for _ in range(30):
            await citizen.get(f"/api/receptions/{own}")
        joined = await citizen.post(f"/api/receptions/{own}/join", {}, (await citizen.get("/account")).token())
        assert joined.status == 404
    async with pages.storage.units.reading() as unit:
        entries = [link.entry for link in await unit.audit.entries(0, 1000)]
    refused = [
        (entry.object, entry.action) for entry in entries if entry.actor == "id-citizen" and "refused" in entry.outcome
    ]
    assert {name for name, _ in refused} == set(tried.values())
    assert len(refused) == len(set(refused)) == 4  # each once a minute, however often
