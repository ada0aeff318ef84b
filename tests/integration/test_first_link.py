"""An installation without any account: one link makes one administrator, and nothing else does."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.first import HOLDS_NS, first_link
from bridge.ids import NS_PER_S
from bridge.model import Level, Role
from deploy import up
from deploy.configuration import Configuration, Mode
from deploy.first_start import DemoAccount
from deploy.folder import prepare
from deploy.stores import migrated, opened
from deploy.time import SystemEntropy
from tests.support.pages import Answer, Pages, Reader, serving
from tests.support.product_tools import diemcau
from tests.support.province import audited, filled
from web.passwords import Argon2Passwords

SECRET = "s" * 43
PAGE = f"/first-administrator?code={SECRET}"
TYPED = {
    "agency": "Ban Tiếp công dân tỉnh",
    "name": "Lê Thị Mai",
    "login": "Mai",
    "password": "bốn từ không ai đoán",
    "again": "bốn từ không ai đoán",
}


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path, furnished=False) as running:
        await linked(running)
        yield running


async def linked(pages: Pages, secret: str = SECRET) -> None:
    async with pages.storage.units.writing() as unit:
        await unit.first_links.put(first_link(secret, pages.clock.utc()))
        await unit.commit()


async def sent(reader: Reader, **typed: str) -> Answer:
    return await reader.send("/first-administrator", {"code": SECRET, **TYPED, **typed})


async def test_the_link_makes_one_administrator_who_signs_in(pages: Pages) -> None:
    async with pages.reader() as reader:
        page = await reader.get(PAGE)
        assert (page.status, page.headers["Cache-Control"]) == (200, "no-store")
        made = await filled(reader, PAGE, "/first-administrator", **TYPED)
        assert made.path == "/sign-in"
        assert (await reader.sign_in("mai", TYPED["password"])).path == "/today"
        assert (await reader.get("/setup")).status == 200
        assert (await reader.get(PAGE)).status == 404
    async with pages.storage.units.reading() as unit:
        (account,), (agency,) = await unit.accounts.all(), await unit.organisation.agencies()
    assert (account.login, account.must_change_password) == ("mai", False)
    assert account.roles == {Role.ADMINISTRATOR}
    assert (agency.name, agency.level, agency.parent) == (TYPED["agency"], Level.CENTRAL, None)
    assert await audited(pages, "first_administrator") == ["done"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"login": "đ"}, "Enter a sign-in name of 2 to 64"),
        ({"name": ""}, "Enter a name of at most 120"),
        ({"agency": "x" * 121}, "Enter a name of at most 120"),
        ({"password": "short", "again": "short"}, "Choose at least 12 characters"),
        ({"password": "mai-mai-mai-mai", "again": "mai-mai-mai-mai"}, "Choose at least 12 characters"),
        ({"again": "another one entirely"}, "Enter the new password a second time"),
    ],
)
async def test_what_is_wrong_is_said_and_the_link_still_holds(
    pages: Pages, typed: dict[str, str], sentence: str
) -> None:
    async with pages.reader() as reader:
        refused = await sent(reader, **typed)
        assert (refused.status, sentence in refused.text) == (422, True)
        assert TYPED["password"] not in refused.text
        assert (await sent(reader)).path == "/sign-in"


async def test_sent_twice_at_once_it_makes_one(pages: Pages) -> None:
    async with pages.reader() as one, pages.reader() as other:
        answers = await asyncio.gather(sent(one), sent(other, login="khac"))
    assert sorted(answer.status for answer in answers) == [200, 404]
    async with pages.storage.units.reading() as unit:
        assert len(await unit.accounts.all()) == 1


async def test_a_link_ends_after_a_day_and_with_the_next_one(pages: Pages) -> None:
    async with pages.reader() as reader:
        pages.clock.forward(HOLDS_NS // NS_PER_S - 1)
        assert (await reader.get(PAGE)).status == 200
        pages.clock.forward(1)
        assert (await reader.get(PAGE)).status == 404
        await linked(pages)
        assert (await reader.get(PAGE)).status == 200
        await linked(pages, "t" * 43)
        assert (await reader.get(PAGE)).status == 404


async def test_guesses_find_nothing_are_slowed_down_and_noted(pages: Pages) -> None:
    async with pages.reader() as guesser:
        for code in ("", "x", SECRET[:-1], SECRET + "s", "%FF", "s" * 5000):
            answer = await guesser.get(f"/first-administrator?code={code}")
            assert answer.status in (404, 429), code
        assert (await guesser.get(PAGE)).status == 429
        assert (await sent(guesser)).status == 429
        pages.clock.forward(3600)
        assert (await sent(guesser, code="wrong")).status == 404
    assert set(await audited(pages, "first_administrator")) == {"refused:not_found"}
    async with pages.storage.units.reading() as unit:
        assert await unit.accounts.all() == []


async def test_where_somebody_has_an_account_the_page_is_nothing(tmp_path: Path) -> None:
    async with serving(tmp_path) as pages, pages.reader() as stranger:
        await linked(pages)
        before = await audited(pages, "first_administrator")
        assert (await stranger.get(PAGE)).status == 404
        assert (await sent(stranger)).status == 404
        assert await audited(pages, "first_administrator") == before == []


# ── what a first start makes ───────────────────────────────────────────────────────────────────────────────────


async def first_start(folder: Path, mode: Mode) -> tuple[Configuration, list[object]]:
    """What two starts told, one after the other."""
    configuration = Configuration(data=str(folder), mode=mode)
    place = prepare(configuration)
    await migrated(configuration, place)
    told = [await up._first_start(configuration, place) for _ in range(2)]  # noqa: SLF001  the rest starts processes
    return configuration, list(told)


async def test_trial_alone_makes_demo_accounts_with_passwords_told_once(tmp_path: Path) -> None:
    configuration, (first, second) = await first_start(tmp_path / "data", Mode.TRIAL)
    assert isinstance(first, list)
    assert second == []
    demo = [one for one in first if isinstance(one, DemoAccount)]
    assert len({one.password for one in demo}) == len(demo) == 6
    assert all(len(one.password) == 16 for one in demo)
    async with opened(configuration, prepare(configuration)) as storage, storage.units.reading() as unit:
        accounts = {one.login: one for one in await unit.accounts.all()}
    assert Argon2Passwords(SystemEntropy()).verify(accounts[demo[0].login].password_hash, demo[0].password)
    assert all(demo[0].password not in one.password_hash for one in accounts.values())


async def test_production_makes_no_account_and_a_new_link_at_each_start(tmp_path: Path) -> None:
    configuration, (first, second) = await first_start(tmp_path / "data", Mode.PRODUCTION)
    assert isinstance(first, str)
    assert isinstance(second, str)
    assert first.partition("?code=")[0].endswith("/first-administrator")
    secrets = [link.partition("?code=")[2] for link in (first, second)]
    assert len(set(secrets)) == 2
    assert min(map(len, secrets)) >= 43
    async with opened(configuration, prepare(configuration)) as storage, storage.units.reading() as unit:
        assert await unit.accounts.all() == []
        rows = [await unit.first_links.get(secret) for secret in secrets]
    assert rows == [None, None]  # the database keeps hashes


@pytest.mark.timeout(180)  # commands of its own, which take seconds to start
async def test_the_command_prints_a_link_until_somebody_has_an_account(tmp_path: Path) -> None:
    configuration = Configuration(data=str(tmp_path / "data"))
    await migrated(configuration, prepare(configuration))
    told = await diemcau("user", "first-link", "--data", str(tmp_path / "data"))
    assert told.code == 0
    assert "/first-administrator?code=" in told.text
    made = ("user", "add", "goc", "--name", "Gốc", "--role", "administrator", "--agency", "Tỉnh")
    assert (await diemcau(*made, "--data", str(tmp_path / "data"))).code == 0
    refused = await diemcau("user", "first-link", "--data", str(tmp_path / "data"))
    assert (refused.code, "Traceback" in refused.text, "has an account already" in refused.text) == (1, False, True)
