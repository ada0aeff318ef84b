"""The real product, and people with browsers of their own, each publishing marks of their own."""

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from bridge.model import Role
from tests.support.browser import Publishes, chromium, person
from tests.support.product import Product, product
from tests.support.room_page import RoomPage

_FOLDER = Path("build/browser")

# As every wait here: to the event, and never to how busy the machine is.
expect.set_options(timeout=30_000)


class Guest(msgspec.Struct, frozen=True):
    """A demo account in a seat. ``code`` and ``mark``: what its browser shows."""

    login: str
    name: str
    role: Role
    code: int
    mark: str


CHAIR = Guest("chutri", "Trần Thị Chủ Trì", Role.CHAIR, 1, "Chu tri")
AGENCY = Guest("coquan", "Phạm Đại Diện Sở", Role.AGENCY, 2, "Co quan")
CITIZEN = Guest("congdan", "Nguyễn Văn Công Dân", Role.CITIZEN, 3, "Cong dan")
SECRETARY = Guest("thuky", "Lê Văn Thư Ký", Role.SECRETARY, 4, "Thu ky")
ADVISOR = Guest("luutru", "Võ Thị Lưu Trữ", Role.ADVISOR, 5, "Tham muu")
OPERATOR = Guest("quantri", "Quản trị hệ thống", Role.OPERATOR, 6, "Ky thuat")


class Reception(msgspec.Struct):
    """A reception with its doors open. ``people`` are signed in, not yet in the room."""

    id: str
    title: str
    product: Product
    people: tuple[RoomPage, ...]

    async def enter(self) -> tuple[RoomPage, ...]:
        """All are in the room."""
        for who in self.people:
            await who.enter(self.id)
        return self.people


@asynccontextmanager
async def gathered(installation: Product, title: str, *guests: Guest, fps: int = 25) -> AsyncIterator[Reception]:
    """A new reception of these people; the first is its chair."""
    async with AsyncExitStack() as stack:
        async with installation.reader(guests[0].login) as chair:
            planned = await chair.schedule(title, {guest.name: guest.role for guest in guests})
            await chair.open_doors(planned)
        browser = await stack.enter_async_context(chromium())
        people = []
        for guest in guests:
            publishes = Publishes(guest.code, guest.mark, fps=fps)
            who = await stack.enter_async_context(person(browser, publishes))
            people.append(await RoomPage(who, installation, guest.login).sign_in())
        yield Reception(planned, title, installation, tuple(people))


async def open_recording(page: Page, reception: Reception) -> None:
    """From the list, as soon as it is sealed; the purpose is asked once."""
    row = page.locator("tr", has_text=reception.title).get_by_role("link")
    async with asyncio.timeout(60):
        while True:
            await page.goto(f"{reception.product.origin}/archive")
            if await row.count():
                break
            await asyncio.sleep(1)
    await row.click()
    await page.fill("[name=purpose]", "Kiểm thử")
    await page.click("main form button")
    await expect(page.get_by_test_id("player")).to_be_visible(timeout=30_000)


_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note a failure, for the fixture below."""
    report = yield
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


async def _pictures_of_failure(title: str, reception: Reception) -> None:
    for who in reception.people:
        await who.who.picture(_FOLDER / f"failed-{title}-{who.login}.png")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def installation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    """A fresh one, with the demo accounts; all tests share it, each with a reception of its own."""
    async with product(tmp_path_factory.mktemp("installation") / "data") as running:
        yield running


@pytest.fixture
async def reception(installation: Product, request: pytest.FixtureRequest) -> AsyncIterator[Reception]:
    """Chair, agency, citizen."""
    async with gathered(installation, request.node.name, CHAIR, AGENCY, CITIZEN) as made:
        yield made
        if request.node.stash.get(_FAILED, False):
            await _pictures_of_failure(request.node.name, made)


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Where screenshots go."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    return _FOLDER
