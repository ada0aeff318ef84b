"""The real product and three people with browsers: chair, agency, citizen, each publishing marks of their own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from bridge.model import Role
from tests.support.browser import Publishes, chromium, person
from tests.support.product import Product, product
from tests.support.room_page import RoomPage

PEOPLE = {"chutri": (1, "Chu tri"), "coquan": (2, "Co quan"), "congdan": (3, "Cong dan")}
"""Demo accounts → the code and name of their marks."""


class Reception(msgspec.Struct):
    """A reception with its doors open. ``people`` by login, signed in, not yet in the room."""

    id: str
    product: Product
    people: dict[str, RoomPage]
    browser: Browser
    folder: Path

    @property
    def all(self) -> tuple[RoomPage, RoomPage, RoomPage]:
        """Chair, agency, citizen."""
        chair, agency, citizen = self.people.values()
        return chair, agency, citizen

    async def enter(self) -> tuple[RoomPage, RoomPage, RoomPage]:
        """All three are in the room."""
        for who in self.all:
            await who.enter(self.id)
        return self.all


_SEATS = {
    "Trần Thị Chủ Trì": Role.CHAIR,
    "Phạm Đại Diện Sở": Role.AGENCY,
    "Nguyễn Văn Công Dân": Role.CITIZEN,
}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def installation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    """A fresh one, with the demo accounts; all tests share it, each with a reception of its own."""
    async with product(tmp_path_factory.mktemp("installation") / "data") as running:
        yield running


@pytest.fixture
async def reception(installation: Product, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Reception]:
    """A new reception of three, its doors open."""
    async with AsyncExitStack() as stack:
        async with installation.reader("chutri") as chair:
            planned = await chair.schedule(request.node.name, _SEATS)
            await chair.open_doors(planned)
        browser = await stack.enter_async_context(chromium())
        people = {}
        for login, (code, name) in PEOPLE.items():
            who = await stack.enter_async_context(person(browser, Publishes(code, name)))
            people[login] = await RoomPage(who, installation, login).sign_in()
        yield Reception(planned, installation, people, browser, tmp_path)
