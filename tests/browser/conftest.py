"""The real product and three people with browsers: chair, agency, citizen, each publishing marks of their own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Browser

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


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Product]:
    """A fresh one, with the demo accounts."""
    async with product(tmp_path / "installation") as running:
        yield running


@pytest.fixture
async def reception(installation: Product, tmp_path: Path) -> AsyncIterator[Reception]:
    """The demo's reception of today."""
    async with AsyncExitStack() as stack:
        async with installation.reader("chutri") as chair:
            (planned,) = await chair.receptions()
            await chair.open_doors(planned.id)
        browser = await stack.enter_async_context(chromium())
        people = {}
        for login, (code, name) in PEOPLE.items():
            who = await stack.enter_async_context(person(browser, Publishes(code, name)))
            people[login] = await RoomPage(who, installation, login).sign_in()
        yield Reception(planned.id, installation, people, browser, tmp_path)
