"""A person in a reception, through the pages as everybody uses them."""

import re
from typing import Self

from playwright.async_api import Locator, expect

from tests.support.browser import Person
from tests.support.product import Product

_ENTER_MS = 30_000
_CONNECT_MS = 30_000
_SIGNED_IN = re.compile(r"/today|/sign-in/place")


class RoomPage:
    """One browser of a demo account. Elements are found by the test ids the client carries."""

    def __init__(self, who: Person, product: Product, login: str) -> None:
        self.who = who
        self.page = who.page
        self.login = login
        self.code = who.publishes.code
        self._product = product

    async def sign_in(self) -> Self:
        """As far as today's receptions; a point's account ends where it was signed in before."""
        await self.page.goto(f"{self._product.origin}/sign-in")
        await self.page.fill("[name=login]", self.login)
        await self.page.fill("[name=password]", self._product.passwords[self.login])
        await self.page.click("main form button")
        await self.page.wait_for_url(_SIGNED_IN)
        if "/sign-in/place" in self.page.url:
            await self.page.click("button[name=keep][value=here]")
            await self.page.wait_for_url("**/today*")
        return self

    async def open_doors(self) -> Self:
        """From today's card."""
        await self.page.click("form[action$='/open'] button")
        await self.page.wait_for_load_state()
        return self

    async def enter(self, reception: str) -> Self:
        """Through the page before the room, until inside."""
        await self.page.goto(f"{self._product.origin}/receptions/{reception}/room")
        button = self.by("join-button")
        await expect(button).to_be_enabled(timeout=_ENTER_MS)
        await expect(self.by("device-camera")).to_have_attribute("data-state", "ready", timeout=_ENTER_MS)
        await button.click()
        await expect(self.by("prejoin")).to_have_count(0, timeout=_ENTER_MS)
        return self

    async def start(self, reason: str = "Thử nghiệm") -> None:
        """As the chair."""
        await self.by("start-button").click()
        await self.by("start-reason").fill(reason)
        await self.by("start-confirm").click()
        await self.recording("recording")

    async def end(self) -> None:
        """As the chair, for all."""
        await self.by("end-button").click()
        await self.by("end-confirm").click()
        await expect(self.by("over")).to_be_visible(timeout=_CONNECT_MS)

    async def open_microphone(self) -> None:
        """Press it, and see it open."""
        await self.by("mic-button").click()
        await self.microphone("open")

    async def microphone(self, state: str) -> None:
        """Wait until the button says so: open | closed | not_permitted | not_begun | no_device."""
        await expect(self.by("mic-button")).to_have_attribute("data-state", state, timeout=_CONNECT_MS)

    async def give_floor(self, name: str) -> None:
        """To whoever has this name."""
        await self._verb(name, "give-floor")

    async def take_floor(self, name: str) -> None:
        """Back from whoever has this name."""
        await self._verb(name, "take-floor")

    async def _verb(self, name: str, verb: str) -> None:
        """In the panel of people, opening it if need be."""
        if await self.by("mute-all").count() == 0:
            await self.by("panel-button").click()
        row = self.by("panel").locator("[data-testid^=person-]", has_text=name)
        await row.get_by_test_id(verb).click()

    async def share_screen(self) -> None:
        """Press it, and see it shared."""
        await self.by("share-button").click()
        await expect(self.by("share-button")).to_have_attribute("data-state", "open", timeout=_CONNECT_MS)

    async def stop_sharing(self) -> None:
        """Press it again."""
        await self.by("share-button").click()
        await expect(self.by("share-button")).to_have_attribute("data-state", "off", timeout=_CONNECT_MS)

    async def recording(self, face: str) -> None:
        """Wait until the top bar says so: not_yet | recording | late | lost | paused | ended."""
        await expect(self.by("recording-state")).to_have_attribute("data-face", face, timeout=_CONNECT_MS)

    async def sees(self, *others: "RoomPage") -> None:
        """Pictures of these carry their marks and advance."""
        await self.who.advancing([other.code for other in others])

    def by(self, test_id: str) -> Locator:
        """An element by its test id."""
        return self.page.get_by_test_id(test_id)

    def tile(self, name: str) -> Locator:
        """The tile of whoever has this name."""
        return self.page.locator("[data-testid^=tile-]", has_text=name)
