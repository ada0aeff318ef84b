"""Somebody on the way in, one thing a page: a code, who one is, one's devices, the recording notice, waiting."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Locator, Page, expect

WITHIN_MS = 30_000

Look = Callable[[str], Awaitable[None]]
"""Called at each page of the way with its name: code | you | check | notice | waiting."""


async def look_away(station: str) -> None:
    """For whom only the end of the way counts."""


class Newcomer:
    """A page on its way to the waiting area. Elements are found by the test ids the pages carry."""

    def __init__(self, page: Page, look: Look = look_away) -> None:
        self.page = page
        self._look = look

    async def types(self, origin: str, code: str) -> None:
        """The code, as people type it: in groups, some of it in small letters."""
        await self.page.goto(f"{origin}/enter")
        await self._look("code")
        await self.by("code").fill(f"{code[:3]} {code[3:6].lower()} {code[6:]}")
        await self.by("code-send").click()

    async def prepares(self) -> None:
        """From the question who one is until one waits."""
        await expect(self.by("you")).to_be_visible(timeout=WITHIN_MS)
        await self._look("you")
        await self.by("yes-me").click()
        await expect(self.by("onward")).to_be_visible(timeout=WITHIN_MS)
        await expect(self.by("check-camera").locator("[data-tone=good]")).to_be_visible(timeout=WITHIN_MS)
        await expect(self.by("check-line").locator("[data-tone=good]")).to_be_visible(timeout=WITHIN_MS)
        await self._look("check")
        await self.by("onward").click()
        await self.by("notice-read").check()
        await self._look("notice")
        await self.by("notice-send").click()
        await self.waits()
        await self._look("waiting")

    async def waits(self) -> None:
        """Until the waiting area stands, with one's own picture."""
        await expect(self.by("waiting")).to_be_visible(timeout=WITHIN_MS)
        await expect(self.by("waiting-picture")).to_be_visible(timeout=WITHIN_MS)

    def by(self, test_id: str) -> Locator:
        """An element by its test id."""
        return self.page.get_by_test_id(test_id)
