"""Clients of the API: made on a page, known by a token, narrowed, seen, revoked; and named in the audit."""

import re

import msgspec

from bridge.accounts import actor_of
from bridge.clientdesk import ClientDesk, Handed
from bridge.clients import PREFIX, NewClient
from bridge.ids import AccountId
from bridge.makers import acting
from bridge.model import Role
from bridge.policy import Action
from tests.support.api_client import RECEPTION, client_of, problem, program, value
from tests.support.pages import Answer, Pages, Reader
from tests.support.province import ADMINISTRATOR, COMMUNE_ADMINISTRATOR


async def made(reader: Reader, *actions: Action, agency: str = "office-central", days: str = "30") -> Answer:
    """By the form."""
    page = await reader.get("/setup/clients/new")
    once = re.search(r'name="once" value="([^"]+)"', page.text)
    assert once, page.text
    fields = {"csrf": page.token(), "once": once[1], "name": "Cổng <b>", "agency": agency, "days": days}
    return await reader.send("/setup/clients/new", {**fields, **{f"action-{one}": "1" for one in actions}})


async def test_an_administrator_makes_one_and_its_secret_is_shown_once(pages: Pages) -> None:
    async with pages.reader() as administrator:
        await administrator.sign_in(ADMINISTRATOR)
        shown = await made(administrator, Action.SCHEDULE, Action.SEE_RECEPTION)
        found = re.search(rf"{PREFIX}[\w-]{{43}}", shown.text)
        assert found, shown.text
        assert "Cổng &lt;b&gt;" in shown.text
        assert (await administrator.get(shown.path)).status == 410
        async with pages.storage.units.reading() as unit:
            assert found[0] not in repr(await unit.clients.all())
        assert "never" in (await administrator.get("/setup/clients")).text
        async with program(pages, found[0]) as client:
            me = value(await client.get("/api/me"))
            assert (me["name"], me["client"], me["actions"]) == ("Cổng <b>", True, ["schedule", "see_reception"])
            created = value(await client.ask("POST", "/api/receptions", json=RECEPTION), 201)
        listed = await administrator.get("/setup/clients")
        assert "never" not in listed.text
        revoke = re.search(r'action="(/setup/clients/\w+/revoke)"', listed.text)
        assert revoke
        assert "Revoked" in (await administrator.send(revoke[1], {"csrf": listed.token()})).text
        async with program(pages, found[0]) as client:
            problem(await client.get("/api/me"), 401, "not_signed_in")
    async with pages.storage.units.reading() as unit:
        entries = [link.entry for link in await unit.audit.entries(0, 100)]
        (client_,) = await unit.clients.all()
    planned = next(one for one in entries if one.object == f"reception {created['id']}")
    assert planned.actor == f"client-{client_.id}"
    assert [one.action for one in entries if one.object == f"client client-{client_.id}"] == [
        "make_client",
        "revoke_client",
    ]


async def test_a_client_is_never_more_than_its_maker(pages: Pages) -> None:
    async with pages.reader() as administrator:
        await administrator.sign_in(ADMINISTRATOR)
        page = await administrator.get("/setup/clients/new")
        assert "action-set_up" in page.text
        assert "action-play_recording" not in page.text
        for wrong in (
            await made(administrator, Action.PLAY_RECORDING),
            await made(administrator),
            await made(administrator, Action.SCHEDULE, days="0"),
            await made(administrator, Action.SCHEDULE, days="x"),
        ):
            assert (wrong.status, "There is a problem" in wrong.text) == (422, True)
        assert (await made(administrator, Action.SCHEDULE, agency="nowhere")).status == 404
        mine = (await client_of(pages, [Action.SCHEDULE])).client
    async with pages.reader() as commune:
        await commune.sign_in(COMMUNE_ADMINISTRATOR)
        assert mine.name not in (await commune.get("/setup/clients")).text
        assert (await made(commune, Action.SCHEDULE)).status == 404
        token = (await commune.get("/setup/clients")).token()
        assert (await commune.send(f"/setup/clients/{mine.id}/revoke", {"csrf": token})).status == 404
    async with pages.reader() as chair:
        await chair.sign_in("chair")
        for path in ("/setup/clients", "/setup/clients/new"):
            assert (await chair.get(path)).status == 404
    async with pages.storage.units.reading() as unit:
        assert [one.revoked_utc_ns for one in await unit.clients.all()] == [None]


async def test_it_does_what_it_was_given_where_it_stands(pages: Pages) -> None:
    seeing = await client_of(pages, [Action.SEE_RECEPTION])
    below = await client_of(pages, [Action.SEE_RECEPTION, Action.SCHEDULE], agency="office-commune")
    async with pages.reader() as chair:
        await chair.sign_in("chair")
        own = value(await chair.post("/api/receptions", RECEPTION, await chair.token()), 201)["id"]
    async with program(pages, seeing.secret) as client:
        assert value(await client.get(f"/api/receptions/{own}"))["title"] == "REST"
        assert [one["id"] for one in value(await client.get("/api/receptions"))["receptions"]] == [own]
        problem(await client.ask("POST", f"/api/receptions/{own}/open"), 403, "not_permitted")
        problem(await client.ask("POST", f"/api/receptions/{own}/join"), 403, "not_permitted")
        problem(await client.ask("POST", "/api/receptions", json=RECEPTION), 403, "not_permitted")
        problem(await client.get("/api/people"), 404, "not_found")
        problem(await client.get("/api/recordings?person=an"), 404, "not_found")
    async with program(pages, below.secret) as client:
        problem(await client.get(f"/api/receptions/{own}"), 404, "not_found")
        assert value(await client.get("/api/receptions"))["receptions"] == []
        planned = value(await client.ask("POST", "/api/receptions", json=RECEPTION), 201)
        assert planned["office"] == "Office commune"


async def test_a_token_stands_alone(pages: Pages) -> None:
    secret = (await client_of(pages, [Action.SEE_RECEPTION])).secret
    async with pages.reader() as chair:
        await chair.sign_in("chair")
        wrong = {"Authorization": "Bearer diemcau_wrong"}
        problem(await chair.get("/api/me", headers=wrong), 401, "not_signed_in")  # the cookie does not help it
        both = value(await chair.get("/api/me", headers={"Authorization": f"bearer {secret}"}))
        assert both["client"] is True
        basic = value(await chair.get("/api/me", headers={"Authorization": "Basic eDp5"}))
        assert basic["account"] == "id-chair"
        assert (await chair.get("/today", headers=wrong)).path == "/today"
    async with program(pages, secret) as client:
        for page in ("/today", "/setup/clients", "/account"):
            assert (await client.get(page)).path.startswith("/sign-in")


async def test_it_runs_out(pages: Pages) -> None:
    async with program(pages, (await client_of(pages, [Action.SEE_RECEPTION])).secret) as client:
        pages.clock.forward(30 * 86_400 - 1)
        value(await client.get("/api/me"))
        pages.clock.forward(1)
        problem(await client.get("/api/me"), 401, "not_signed_in")


async def test_what_it_reads_is_read_in_its_name(pages: Pages) -> None:
    handed = await client_of(pages, [Action.SEE_ARCHIVE], Role.ARCHIVIST)
    async with program(pages, handed.secret) as client:
        assert value(await client.get("/api/recordings")) == {"recordings": [], "next": None}
        problem(await client.get("/api/recordings?person=an"), 404, "not_found")


async def becomes(pages: Pages, **change: object) -> None:
    """Of the administrator who makes clients here."""
    async with pages.storage.units.writing() as unit:
        stored = await unit.accounts.get(AccountId(f"id-{ADMINISTRATOR}"))
        await unit.accounts.replace(msgspec.structs.replace(stored, **change))
        await unit.commit()


async def made_by_a_client(pages: Pages, parent: Handed) -> str:
    """The secret of a client that another client made."""
    async with pages.storage.units.reading() as unit:
        account = await acting(unit, parent.client, pages.clock.utc())
    assert account is not None
    desk = ClientDesk(pages.storage.units, pages.clock, pages.ports.entropy)
    asked = NewClient("Another", parent.client.agency, frozenset({Action.SCHEDULE}), 30)
    return (await desk.make(actor_of(account, frozenset()), asked)).secret


async def test_a_client_loses_what_its_maker_loses_at_the_next_request(pages: Pages) -> None:
    parent = await client_of(pages, [Action.SCHEDULE, Action.SET_UP, Action.SEE_ARCHIVE], Role.ARCHIVIST)
    child = await made_by_a_client(pages, parent)
    async with program(pages, parent.secret) as one, program(pages, child) as other:
        assert value(await one.get("/api/me"))["actions"] == ["schedule", "see_archive", "set_up"]
        value(await other.ask("POST", "/api/receptions", json=RECEPTION), 201)
        await becomes(pages, roles=frozenset({Role.ARCHIVIST}))
        assert value(await one.get("/api/me"))["actions"] == ["see_archive"]
        problem(await one.ask("POST", "/api/receptions", json=RECEPTION), 403, "not_permitted")
        problem(await other.ask("POST", "/api/receptions", json=RECEPTION), 403, "not_permitted")
        value(await one.get("/api/recordings"))
        await becomes(pages, disabled=True)
        problem(await one.get("/api/me"), 401, "not_signed_in")
        problem(await other.get("/api/me"), 401, "not_signed_in")
        await becomes(pages, disabled=False, roles=frozenset({Role.ADMINISTRATOR}))
        value(await other.ask("POST", "/api/receptions", json=RECEPTION), 201)
