"""The people of the whole journey, and what each of them does in a browser of their own."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import msgspec
from playwright.async_api import Browser, Locator, Page, expect

from tests.support.browser import Person, Publishes, chromium, person
from tests.support.product import Product
from tests.support.reader_window import PORTRAIT, portraits_advance
from tests.support.room_page import RoomPage
from tests.support.unseen import Names
from tests.support.way_in import WITHIN_MS, Newcomer

DESK = (1366, 768)
PHONE = (360, 740)
_HEARD = 0.02
"""Of full scale: silence is a hundredth of it."""
_BACK_S = 30


class Window(RoomPage):
    """Somebody whose camera is a calm portrait, so that pictures of it can be shown. ``names``: what their pages and
    sockets told them."""

    def __init__(self, who: Person, product: Product, login: str = "") -> None:
        super().__init__(who, product, login)
        self.names = Names(who.page)

    async def sees(self, *others: RoomPage) -> None:
        """Pictures of these are shown and advance."""
        await portraits_advance(self.page, [other.code for other in others])

    async def hears(self, other: RoomPage) -> None:
        """Until that person's tone is heard."""
        async with asyncio.timeout(_BACK_S):
            while (await self.who.hears([other.code]))[other.code] < _HEARD:
                pass  # each look takes a third of a second

    def waiting_row(self, name: str) -> Locator:
        """Of the list of who waits; several may sit at a point of one name."""
        own = self.page.locator("strong", has_text=re.compile(f"^{re.escape(name)}$"))
        return self.by("waiting-list").locator("li").filter(has=own)

    async def admits(self, name: str) -> str:
        """From the list; the id of their seat."""
        row = self.waiting_row(name)
        await expect(row).to_have_attribute("data-state", "connected", timeout=WITHIN_MS)
        found = (await row.get_attribute("data-testid") or "").removeprefix("waiting-")
        await row.get_by_test_id("admit").click()
        return found

    async def writes(self, text: str, audience: str = "") -> None:
        """In the panel, which is opened for it."""
        if await self.by("chat-text").count() == 0:
            await self.by("chat-button").click()
        if audience:
            await self.by(f"audience-{audience}").check()
        await self.by("chat-text").fill(text)
        await self.by("chat-send").click()
        await self.reads(text)

    async def reads(self, text: str) -> None:
        """In the open panel."""
        await expect(self.by("messages")).to_contain_text(text, timeout=WITHIN_MS)

    async def quiet(self) -> None:
        """Until no notice lies over the pictures any more."""
        await expect(self.by("notices").locator("[data-kind]")).to_have_count(0, timeout=WITHIN_MS)

    async def holds(self) -> None:
        """Until the line to the server stands."""
        await self.page.wait_for_function("() => window.__room.state.lostMs === null", timeout=WITHIN_MS, polling=100)


class Party(msgspec.Struct):
    """Everybody's window. ``desk``: the administrator's, later the archivist's; it has no camera."""

    desk: Page
    chair: Window
    agency: Window
    first: Window
    second: Window
    secretary: Window

    @property
    def everybody(self) -> tuple[Window, ...]:
        """Who has a seat, the chair first."""
        return self.chair, self.agency, self.secretary, *self.citizens

    @property
    def citizens(self) -> tuple[Window, Window]:
        """In the order of their cases."""
        return self.first, self.second


@asynccontextmanager
async def gathered(installation: Product, names: Mapping[str, str]) -> AsyncIterator[Party]:
    """Five with cameras and one without, none of whom shares cookies. ``names`` of the citizens by their field."""
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium())
        desk = await browser.new_context(
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            viewport={"width": DESK[0], "height": DESK[1]},
        )
        await desk.add_init_script(path=Path(__file__).with_name("marks.js"))
        await desk.add_init_script(path=PORTRAIT)
        windows = {}
        for code, part in enumerate(("chair", "agency", "first", "second", "secretary"), start=1):
            size = PHONE if part == "first" else DESK
            window = await stack.enter_async_context(_window(browser, installation, code, size))
            if part in names:
                await window.names.watch(names.values())
            windows[part] = window
        yield Party(desk=await desk.new_page(), **windows)


@asynccontextmanager
async def _window(browser: Browser, installation: Product, code: int, size: tuple[int, int]) -> AsyncIterator[Window]:
    async with person(browser, Publishes(code, "", 640, 360, 8), *size) as who:
        await who.context.add_init_script(path=PORTRAIT)
        yield Window(who, installation)


async def kill_web(installation: Product) -> None:
    """As a fault would; until its supervisor has started another."""
    before = _web(installation)
    assert before is not None
    os.kill(before, signal.SIGKILL)
    async with asyncio.timeout(_BACK_S):
        while _web(installation) in (before, None):  # noqa: ASYNC110  a process has to be looked for
            await asyncio.sleep(0.05)


def _web(installation: Product) -> int | None:
    for child in installation.children():
        try:
            command = Path(f"/proc/{child}/cmdline").read_bytes()
        except FileNotFoundError:  # it ended in this very moment
            continue
        if b"\0web\0" in command:
            return child
    return None


async def comes_in(window: Window, origin: str, reception: str) -> None:
    """With an account, to wait to be let in."""
    await window.page.goto(f"{origin}/receptions/{reception}/room")
    await Newcomer(window.page).prepares()
