"""Set-up on the web: who reaches what, forms that are sent twice or overtaken, accounts and their passwords."""

import asyncio
import re

import pytest

from bridge.audit import audit_faults
from bridge.auditing import check_database
from bridge.ids import AccountId, AgencyId, BridgePointId
from tests.support.pages import Pages
from tests.support.province import (
    ADMINISTRATOR,
    COMMUNE_ADMINISTRATOR,
    audited,
    counted,
    fields,
    filled,
    signed_in,
)

CENTRAL, COMMUNE = "/setup/agencies/office-central", "/setup/agencies/office-commune"
PASSWORD = re.compile(r"<code>([^<]+)</code>")


async def agency_named(pages: Pages, name: str) -> AgencyId:
    async with pages.storage.units.reading() as unit:
        return next(agency.id for agency in await unit.organisation.agencies() if agency.name == name)


# ── who reaches what ───────────────────────────────────────────────────────────────────────────────────────────


async def test_only_administrators_find_it(pages: Pages) -> None:
    before = await counted(pages)
    for login in ("chair", "archivist", "agency", "citizen"):
        async with pages.reader() as reader:
            await signed_in(reader, login)
            token = await reader.token()
            assert 'href="/setup"' not in (await reader.get("/today")).text
            for path in (
                "/setup",
                "/setup/people",
                "/setup/import",
                CENTRAL,
                f"{CENTRAL}/points",
                "/setup/import/template",
            ):
                assert (await reader.get(path)).status == 404, path
            typed = {"csrf": token, "once": "0123456789abcdef", "name": "Mine", "level": "commune", "login": "mine"}
            for path in (CENTRAL, f"{CENTRAL}/agencies", f"{CENTRAL}/points", f"{CENTRAL}/people"):
                assert (await reader.send(path, typed)).status == 404, path
            for step in ("disable", "enable", "password"):
                assert (await reader.send(f"/setup/people/id-chair/{step}", typed)).status == 404
    assert await counted(pages) == before
    assert set(await audited(pages, "set_up")) == {"refused:not_permitted"}
    async with pages.reader() as stranger:
        assert (await stranger.get("/setup")).path.startswith("/sign-in?next=")


async def test_it_tells_who_of_an_agency_can_sign_in(pages: Pages) -> None:
    async with pages.reader() as reader:
        await signed_in(reader)
        point_only = (await reader.get("/setup/agencies/office-province")).text
        assert "its bridge points can sign in" in point_only
        assert "Nobody of this agency" not in point_only
        await filled(reader, f"{CENTRAL}/agencies", name="Empty", level="province")
        empty = (await reader.get(f"/setup/agencies/{await agency_named(pages, 'Empty')}")).text
        assert "Nobody of this agency can sign in yet." in empty


async def test_an_administrator_reaches_down_but_not_up(pages: Pages) -> None:
    async with pages.reader() as below:
        await signed_in(below, COMMUNE_ADMINISTRATOR)
        tree = await below.get("/setup")
        assert "Office commune" in tree.text
        assert "Office central" not in tree.text
        assert "id-chair" not in (await below.get("/setup/people")).text
        own = await below.get(COMMUNE)
        assert "Add an agency below" not in own.text  # nothing stands below a commune
        typed = fields(own, name="Taken", once="0123456789abcdef", login="taken", level="commune")
        theirs = ("/setup/agencies/office-province", CENTRAL, "/setup/points/point-central", "/setup/people/id-chair")
        for path in (*theirs, "/setup/agencies/nowhere", "/setup/points/nowhere", "/setup/people/nobody"):
            assert (await below.get(path)).status == 404, path
        for path in (
            CENTRAL,
            f"{CENTRAL}/agencies",
            f"{CENTRAL}/points",
            f"{CENTRAL}/people",
            "/setup/points/point-central",
            "/setup/points/point-central/account",
            "/setup/people/id-chair/disable",
            "/setup/people/id-chair/password",
        ):
            assert (await below.send(path, typed)).status == 404, path
        # What is not there leaves nothing to audit; what is another's does.
        # Twelve times of two agencies: an entry for each at once, the rest as counts when the minute is over.
        assert len(await audited(pages, "set_up")) == 2
        pages.clock.forward(60)
        await below.get(CENTRAL)
        assert len(await audited(pages, "set_up")) == 2 + 1 + 1
    async with pages.reader() as above:
        await signed_in(above)
        assert 'href="/setup"' in (await above.get("/today")).text
        assert (await above.get(COMMUNE)).status == 200
        assert (await filled(above, COMMUNE, name="Xã Kim Liên")).path == f"{COMMUNE}?saved"
    async with pages.storage.units.reading() as unit:
        assert (await unit.organisation.agency(AgencyId("office-commune"))).name == "Xã Kim Liên"
        assert (await unit.organisation.agency(AgencyId("office-central"))).name == "Office central"
        assert not (await unit.accounts.get(AccountId("id-chair"))).disabled


# ── agencies and points ────────────────────────────────────────────────────────────────────────────────────────


async def test_an_agency_and_its_point_are_added_and_changed(pages: Pages) -> None:
    async with pages.reader() as reader:
        await signed_in(reader)
        made = await filled(reader, f"{CENTRAL}/agencies", name=" Sở Nội vụ ", level="province")
        office = await agency_named(pages, "Sở Nội vụ")
        assert made.path == f"/setup/agencies/{office}?saved"
        assert "Saved." in made.text
        point = await filled(reader, f"/setup/agencies/{office}/points", name="Điểm cầu Sở", place="Tầng 2")
        (found,) = re.findall(r'href="(/setup/points/[^"/]+)"', point.text)
        changed = await filled(reader, found, name="Điểm cầu mới", place="Tầng 3")
        assert "Điểm cầu mới" in changed.text
        assert "Tầng 3" in changed.text
        assert (await reader.get("/setup")).text.count("Điểm cầu mới") == 1
    for action in ("add_agency", "add_point", "change_point"):
        assert await audited(pages, action) == ["done"]
    async with pages.storage.units.reading() as unit:
        assert audit_faults(await unit.audit.entries(0, 100)) == []
    assert (await check_database(pages.storage.units)).faults == ()


@pytest.mark.parametrize(
    ("path", "typed", "sentence"),
    [
        (f"{CENTRAL}/agencies", {"name": "", "level": "commune"}, "Enter a name of at most 120 characters."),
        (f"{CENTRAL}/agencies", {"name": "x" * 121, "level": "commune"}, "Enter a name of at most 120 characters."),
        (f"{CENTRAL}/agencies", {"name": "office PROVINCE", "level": "province"}, "has this name already"),
        (f"{CENTRAL}/agencies", {"name": "Another", "level": "central"}, "Choose the level."),
        (f"{CENTRAL}/agencies", {"name": "Another", "level": "galaxy"}, "Choose the level."),
        (f"{CENTRAL}/points", {"name": "point central", "place": "Here"}, "has this name already"),
        (f"{CENTRAL}/points", {"name": "Another", "place": "y" * 201}, "Enter a place of at most 200 characters."),
        ("/setup/points/point-commune", {"name": "", "place": "Kept"}, "Enter a name of at most 120 characters."),
        (COMMUNE, {"name": "a\tb"}, "Enter a name of at most 120 characters."),
        (f"{CENTRAL}/people", {"name": "A", "login": "đăng", "role-chair": "1"}, "Enter a sign-in name of 2 to 64"),
        (f"{CENTRAL}/people", {"name": "A", "login": "Chair ", "role-chair": "1"}, "has this sign-in name already"),
        (f"{CENTRAL}/people", {"name": "A", "login": "new"}, "Choose at least one role."),
        (f"{CENTRAL}/people", {"name": "A", "login": "new", "role-citizen": "1"}, "Choose at least one role."),
        ("/setup/points/point-central/account", {"name": "A", "login": "new", "role-chair": "1"}, "at least one role"),
        (
            "/setup/points/point-commune/account",
            {"name": "A", "login": "new", "role-citizen": "1"},
            "open account already",
        ),
    ],
)
async def test_each_refusal_stands_at_its_field_and_loses_nothing(
    pages: Pages, path: str, typed: dict[str, str], sentence: str
) -> None:
    before = await counted(pages)
    async with pages.reader() as reader:
        await signed_in(reader)
        answer = await filled(reader, path, **typed)
        assert (answer.status, sentence in answer.text) == (422, True)
        assert "There is a problem" in answer.text
        for name, text in typed.items():
            if not name.startswith(("role", "level")):
                assert f'name="{name}" type="text" value="{text}"' in answer.text
    assert await counted(pages) == before


async def test_a_form_sent_twice_is_done_once(pages: Pages) -> None:
    agencies, points, accounts = await counted(pages)
    async with pages.reader() as reader:
        await signed_in(reader)
        typed = fields(await reader.get(f"{CENTRAL}/agencies"), name="Sở Nội vụ", level="province")
        twice = await asyncio.gather(*(reader.send(f"{CENTRAL}/agencies", typed) for _ in range(3)))
        assert len({answer.path for answer in twice}) == 1
        assert {answer.status for answer in twice} == {200}
        # Back, and something else typed into the same form: that is meant.
        other = await reader.send(f"{CENTRAL}/agencies", {**typed, "name": "Sở Tư pháp"})
        assert other.path != twice[0].path
        person = fields(await reader.get(f"{CENTRAL}/people"), name="Lê A", login="lea", **{"role-chair": "1"})
        sent = await asyncio.gather(
            *(reader.send(f"{CENTRAL}/people", person, allow_redirects=False) for _ in range(2))
        )
        (address,) = {answer.headers["Location"] for answer in sent}
        shown = await reader.get(address)
        (password,) = PASSWORD.findall(shown.text)
        assert (await reader.get(address)).status == 410
    assert await counted(pages) == (agencies + 2, points, accounts + 1)
    async with pages.reader() as lea:
        assert (await lea.sign_in("lea", password)).path == "/account/password"


async def test_a_form_without_its_mark_does_nothing(pages: Pages) -> None:
    before = await counted(pages)
    async with pages.reader() as reader:
        await signed_in(reader)
        page = await reader.get(f"{CENTRAL}/points")
        for mark in ("", "short", "x" * 65, "../../../../../etc"):
            assert (await reader.send(f"{CENTRAL}/points", fields(page, name="P", once=mark))).status == 400
    assert await counted(pages) == before


async def test_who_is_overtaken_is_told_and_loses_nothing(pages: Pages) -> None:
    path = "/setup/points/point-commune"
    async with pages.reader() as first, pages.reader() as second:
        await signed_in(first)
        await signed_in(second, COMMUNE_ADMINISTRATOR)
        mine, theirs = fields(await first.get(path)), fields(await second.get(path))
        assert (await first.send(path, {**mine, "name": "Một", "place": "Nhà A"})).status == 200
        late = await second.send(path, {**theirs, "name": "Hai", "place": "Nhà B"})
        assert (late.status, "It now says: Một, Nhà A" in late.text) == (409, True)
        assert 'value="Hai"' in late.text
        assert 'value="Nhà B"' in late.text
        async with pages.storage.units.reading() as unit:
            assert (await unit.organisation.point(BridgePointId("point-commune"))).name == "Một"
        # The page now shows what is stored, so the same button puts theirs in its place, knowingly.
        again = await second.send(path, fields(late, name="Hai", place="Nhà B"))
        assert again.path == f"{COMMUNE}?saved"
        stale = fields(await first.get(COMMUNE))
        assert (await filled(second, COMMUNE, name="Xã Hai")).status == 200
        refused = await first.send(COMMUNE, {**stale, "name": "Xã Một"})
        assert (refused.status, "It now says: Xã Hai" in refused.text, 'value="Xã Một"' in refused.text) == (
            409,
            True,
            True,
        )


# ── accounts ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_disabled_account_is_out_and_comes_back(pages: Pages) -> None:
    async with pages.reader() as reader, pages.reader() as chair:
        await signed_in(reader)
        await signed_in(chair, "chair")
        one = "/setup/people/id-chair"
        page = await reader.get(one)
        assert (await reader.send(f"{one}/disable", fields(page))).path == f"{one}?saved"
        assert (await chair.get("/today")).path.startswith("/sign-in")
        assert (await chair.sign_in("chair")).status == 401
        assert "Disabled" in (await reader.get("/setup/people?q=chu")).text
        await reader.send(f"{one}/enable", fields(await reader.get(one)))
        # Its old cookie is worth nothing: the session ended with the account.
        assert (await chair.get("/today")).path.startswith("/sign-in")
        assert (await chair.sign_in("chair")).path == "/today"
    assert await audited(pages, "disable_account") == await audited(pages, "enable_account") == ["done"]


async def test_a_new_password_ends_what_was_open_and_is_shown_once(pages: Pages) -> None:
    async with pages.reader() as reader, pages.reader() as chair:
        await signed_in(reader)
        await signed_in(chair, "chair")
        one = "/setup/people/id-chair"
        shown = await reader.send(f"{one}/password", fields(await reader.get(one)))
        (password,) = PASSWORD.findall(shown.text)
        assert shown.headers["Cache-Control"] == "no-store"
        assert "shown already" in (await reader.get(shown.path)).text
        assert (await chair.get("/today")).path.startswith("/sign-in")
        assert (await chair.sign_in("chair")).status == 401
        assert (await chair.sign_in("chair", password)).path == "/account/password"
        # Not fetched in time, it is forgotten; another session never sees it.
        sent = await reader.send(f"{one}/password", fields(await reader.get(one)), allow_redirects=False)
        async with pages.reader() as other:
            await signed_in(other)
            assert (await other.get(sent.headers["Location"])).status == 410
        pages.clock.forward(601)
        assert (await reader.get(sent.headers["Location"])).status == 410


async def test_nobody_closes_themself(pages: Pages) -> None:
    one = f"/setup/people/id-{ADMINISTRATOR}"
    async with pages.reader() as reader:
        await signed_in(reader)
        page = await reader.get(one)
        assert "This is your own account." in page.text
        typed = {"csrf": page.token(), "once": "0123456789abcdef"}
        for step in ("disable", "password"):
            refused = await reader.send(f"{one}/{step}", typed)
            assert (refused.status, "your own account. Ask another" in refused.text) == (422, True)
        assert (await reader.get("/setup")).status == 200


async def test_a_point_has_one_open_account(pages: Pages) -> None:
    async with pages.reader() as reader:
        await signed_in(reader)
        old = "/setup/people/id-citizen"
        await reader.send(f"{old}/disable", fields(await reader.get(old)))
        asked = "/setup/points/point-commune/account"
        made = await filled(reader, asked, login="dc.xa", **{"name": "Điểm cầu", "role-citizen": "1"})
        assert len(PASSWORD.findall(made.text)) == 1
        refused = await reader.send(f"{old}/enable", fields(await reader.get(old)))
        assert (refused.status, "has an open account already" in refused.text) == (422, True)
    async with pages.storage.units.reading() as unit:
        account = await unit.accounts.by_login("dc.xa")
        assert account is not None
        assert (account.point, account.agency) == ("point-commune", "office-commune")


async def test_people_are_found_by_name_and_login(pages: Pages) -> None:
    async with pages.reader() as reader:
        await signed_in(reader)
        assert "6 accounts" in (await reader.get("/setup/people")).text
        for words, count in (("nguyen", "1 account"), ("NGUYỄN a", "1 account"), ("commune adm", "1 account")):
            found = await reader.get(f"/setup/people?q={words}")
            assert count in found.text, words
        assert "Nobody fits this." in (await reader.get("/setup/people?q=zz")).text
