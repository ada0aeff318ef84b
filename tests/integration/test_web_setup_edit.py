"""Set-up, changed afterwards: roles, names and languages of accounts, agencies under another parent; by two at once."""

import asyncio

import pytest

from bridge.ids import AccountId, AgencyId
from bridge.model import Account, Agency, Level, Role
from tests.support.pages import PASSWORD, Answer, Pages, QuickPasswords, Reader
from tests.support.province import (
    ADMINISTRATOR,
    COMMUNE_ADMINISTRATOR,
    audited,
    fields,
    filled,
    signed_in,
)

CHAIR = "/setup/people/id-chair"
COMMUNE = "/setup/agencies/office-commune"


async def account(pages: Pages, login: str) -> Account:
    async with pages.storage.units.reading() as unit:
        found = await unit.accounts.by_login(login)
    assert found is not None
    return found


async def agency(pages: Pages, name: str) -> Agency:
    async with pages.storage.units.reading() as unit:
        return await unit.organisation.agency(AgencyId(name))


async def changed(reader: Reader, path: str, *roles: str, **typed: str) -> Answer:
    """The form of an account with these roles ticked."""
    page = await reader.get(path)
    said = {"name": "Trần A", "language": "vi", **{f"role-{role}": "1" for role in roles}, **typed}
    return await reader.send(path, fields(page, **said))


async def test_roles_name_and_language_are_changed_and_count_at_once(pages: Pages) -> None:
    async with pages.reader() as reader, pages.reader() as chair:
        await signed_in(reader)
        await signed_in(chair, "chair")
        assert (await chair.get("/archive")).status == 200
        saved = await changed(reader, CHAIR, "secretary", "advisor", name=" Trần Chủ ", language="en")
        assert saved.path == f"{CHAIR}?saved"
        now = await account(pages, "chair")
        assert (now.name, now.language) == ("Trần Chủ", "en")
        assert now.roles == {Role.SECRETARY, Role.ADVISOR}
        # The session goes on, with the rights of now.
        assert (await chair.get("/archive")).status == 404
        assert "checked" in saved.text
    assert await audited(pages, "change_account") == ["done"]


@pytest.mark.parametrize(
    ("path", "roles", "typed", "sentence"),
    [
        (CHAIR, (), {}, "Choose at least one role."),
        (CHAIR, ("chair", "citizen"), {}, "Choose at least one role."),
        ("/setup/people/id-citizen", ("chair",), {}, "Choose at least one role."),
        (CHAIR, ("chair",), {"language": "xx"}, "Choose one of the list."),
        (CHAIR, ("chair",), {"name": ""}, "Enter a name"),
        (f"/setup/people/id-{ADMINISTRATOR}", ("chair",), {}, "You cannot take this right from yourself."),
    ],
)
async def test_what_is_refused_changes_nothing(
    pages: Pages, path: str, roles: tuple[str, ...], typed: dict[str, str], sentence: str
) -> None:
    login = path.rpartition("-")[2]
    before = await account(pages, login)
    async with pages.reader() as reader:
        await signed_in(reader)
        answer = await changed(reader, path, *roles, **typed)
        assert (answer.status, sentence in answer.text) == (422, True), answer.text
    assert await account(pages, login) == before


async def test_roles_that_are_not_theirs_to_give_stay(pages: Pages) -> None:
    async with pages.storage.units.writing() as unit:
        held = frozenset({Role.CHAIR, Role.OBSERVER})
        made = Account(AccountId("id-two"), "two", "Hai", held, AgencyId("office-central"), None, "x")
        await unit.accounts.add(made)
        await unit.commit()
    async with pages.reader() as reader:
        await signed_in(reader)
        page = await reader.get("/setup/people/id-two")
        assert "These roles stay" in page.text
        assert (await changed(reader, "/setup/people/id-two", "agency")).status == 200
    assert (await account(pages, "two")).roles == {Role.AGENCY, Role.OBSERVER}


async def test_two_who_change_one_account_are_told_and_lose_nothing(pages: Pages) -> None:
    async with pages.reader() as first, pages.reader() as second:
        await signed_in(first)
        await signed_in(second)
        stale = fields(await second.get(CHAIR), name="Của tôi", language="vi", **{"role-secretary": "1"})
        assert (await changed(first, CHAIR, "chair", "advisor", name="Của họ")).status == 200
        late = await second.send(CHAIR, stale)
        assert late.status == 409
        assert "It now says: Của họ; Advising unit, Chair; Tiếng Việt." in late.text
        assert 'value="Của tôi"' in late.text
        assert (await account(pages, "chair")).name == "Của họ"
        knowingly = fields(late, name="Của tôi", language="vi", **{"role-secretary": "1"})
        assert (await second.send(CHAIR, knowingly)).status == 200
    assert (await account(pages, "chair")).roles == {Role.SECRETARY}


async def test_two_administrators_who_close_each_other_leave_one(pages: Pages) -> None:
    async with pages.storage.units.writing() as unit:
        stored, roles = QuickPasswords().hash(PASSWORD), frozenset({Role.ADMINISTRATOR})
        place = AgencyId("office-central")
        await unit.accounts.add(Account(AccountId("id-rival"), "rival", "rival", roles, place, None, stored))
        await unit.commit()
    async with pages.reader() as one, pages.reader() as other:
        await signed_in(one)
        await signed_in(other, "rival")
        at = {"rival": one, ADMINISTRATOR: other}
        forms = {login: fields(await reader.get(f"/setup/people/id-{login}")) for login, reader in at.items()}
        answers = await asyncio.gather(
            *(reader.send(f"/setup/people/id-{login}/disable", forms[login]) for login, reader in at.items())
        )
        assert sorted(answer.status for answer in answers)[0] == 200
    closed = [(await account(pages, login)).disabled for login in at]
    assert sorted(closed) == [False, True]


async def test_an_agency_moves_with_all_below_it_and_its_things_with_it(pages: Pages) -> None:
    async with pages.storage.units.writing() as unit:
        province = AgencyId("office-province")
        stored = QuickPasswords().hash(PASSWORD)
        roles = frozenset({Role.ADMINISTRATOR})
        await unit.accounts.add(Account(AccountId("id-mid"), "mid", "mid", roles, province, None, stored))
        await unit.commit()
    async with pages.reader() as reader, pages.reader() as middle:
        await signed_in(reader)
        await signed_in(middle, "mid")
        assert (await middle.get(COMMUNE)).status == 404
        moved = await filled(reader, COMMUNE, f"{COMMUNE}/parent", parent="office-province")
        assert moved.path == f"{COMMUNE}?saved"
        assert (await middle.get(COMMUNE)).status == 200
        back = await filled(reader, COMMUNE, f"{COMMUNE}/parent", parent="office-central")
        assert back.status == 200
        assert (await middle.get(COMMUNE)).status == 404
    assert (await agency(pages, "office-commune")).parent == "office-central"
    assert await audited(pages, "move_agency") == ["done", "done"]


@pytest.mark.parametrize(
    ("moved", "parent", "status", "sentence"),
    [
        ("office-province", "office-commune", 422, "Its level does not stand below this agency"),
        ("office-province", "office-province", 422, "stands below the one to be moved"),
        ("office-commune", "nowhere", 422, "Choose an agency to stand above."),
        ("office-commune", "", 422, "Choose an agency to stand above."),
        ("office-central", "office-province", 422, "Choose an agency to stand above."),
        ("office-commune", "office-second", 422, "An agency of this name stands there already."),
    ],
)
async def test_a_move_that_cannot_be_is_refused(
    pages: Pages, moved: str, parent: str, status: int, sentence: str
) -> None:
    async with pages.storage.units.writing() as unit:
        second = Agency(AgencyId("office-second"), "Sở", Level.PROVINCE, AgencyId("office-central"))
        await unit.organisation.add_agency(second)
        await unit.organisation.add_agency(Agency(AgencyId("twin"), "OFFICE commune", Level.COMMUNE, second.id))
        await unit.commit()
    before = await agency(pages, moved)
    async with pages.reader() as reader:
        await signed_in(reader)
        page = f"/setup/agencies/{moved}"
        answer = await filled(reader, page, f"{page}/parent", parent=parent, was_parent=before.parent or "")
        assert (answer.status, sentence in answer.text) == (status, True)
    assert await agency(pages, moved) == before


async def test_nobody_moves_what_is_not_theirs_nor_under_what_is_not(pages: Pages) -> None:
    async with pages.reader() as below, pages.reader() as above:
        await signed_in(below, COMMUNE_ADMINISTRATOR)
        typed = fields(await below.get(COMMUNE), parent="office-province", was_parent="office-central")
        assert "Move it under another agency" not in (await below.get(COMMUNE)).text
        for path in (COMMUNE, "/setup/agencies/office-province"):
            assert (await below.send(f"{path}/parent", typed)).status == 404
        await signed_in(above)
        stale = fields(await above.get(COMMUNE), parent="office-central")
        await filled(above, COMMUNE, f"{COMMUNE}/parent", parent="office-province")
        late = await above.send(f"{COMMUNE}/parent", {**stale, "parent": "office-central"})
        assert (late.status, "It now says: Office province" in late.text) == (409, True)
    assert (await agency(pages, "office-commune")).parent == "office-province"
