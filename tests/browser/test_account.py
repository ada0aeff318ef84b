"""My account in a real browser, also without JavaScript: password, codes switched on and asked, a point's one place."""

import base64
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from bridge import totp
from bridge.ids import UtcNs
from tests.support.axe import axe_faults
from tests.support.browser import chromium
from tests.support.header import SIGN_OUT, press_in_header
from tests.support.pages import PASSWORD, Pages, serving
from web.config import STATIC

pytestmark = pytest.mark.browser

NEW = "bốn từ dài và lạ"


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path, static=STATIC) as running:
        running.clock.now_ns = time.time_ns()
        yield running


@asynccontextmanager
async def window(browser: Browser, locale: str, width: int, *, scripts: bool = False) -> AsyncIterator[Page]:
    """A person's browser; axe needs scripts of its own."""
    viewport = {"width": width, "height": 768}
    context = await browser.new_context(
        locale=locale,
        viewport=viewport,  # type: ignore[arg-type]  # playwright's own dict type
        java_script_enabled=scripts,
    )
    yield await context.new_page()
    await context.close()


async def sign_in(page: Page, pages: Pages, login: str, password: str) -> None:
    """By keys alone, as far as the first form leads."""
    await page.goto(f"{pages.origin}/sign-in")
    await page.focus("#login")
    await page.keyboard.type(login)
    await page.keyboard.press("Tab")
    await page.keyboard.insert_text(password)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: not url.endswith("/sign-in"))


async def fits(page: Page, scripts: bool = True) -> None:
    """Nothing sticks out, nothing is missing for those who listen (which takes scripts to find out)."""
    if not scripts:
        return
    await page.wait_for_load_state()
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not await page.evaluate(wide), page.url
    assert await axe_faults(page) == [], page.url


def device(pages: Pages, key: str) -> str:
    """The code of a device that was given this key."""
    return totp.code_at(base64.b32decode(key.replace(" ", "")), totp.step_of(UtcNs(pages.clock.now_ns)))


async def change_password(page: Page) -> None:
    """From the header to the word that it is done."""
    await press_in_header(page, "a[href='/account']")
    await page.click("main a[href='/account/password']")
    await page.fill("#old", PASSWORD)
    await page.fill("#new", NEW)
    await page.fill("#again", NEW)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/account?done=password")


async def switch_codes_on(page: Page, pages: Pages, scripts: bool) -> tuple[str, list[str]]:
    """The key that the device was given, and the recovery codes."""
    await page.click("main a[href='/account/code']")
    await page.fill("#old", NEW)
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".dc-qr svg")
    box = await page.locator(".dc-qr svg").bounding_box()
    assert box is not None
    assert box["width"] == box["height"] > 200
    await fits(page, scripts)
    key = await page.inner_text("#secret")
    await page.fill("#code", "a wrong code")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#faults")
    await page.fill("#code", device(pages, key))
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#recovery")
    await fits(page, scripts)
    return key, await page.locator("#recovery code").all_inner_texts()


async def answer(page: Page, code: str) -> None:
    """On the second page, where the cursor stands already."""
    await page.wait_for_selector("#code:focus")
    await page.keyboard.type(code)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/today")


@pytest.mark.parametrize(
    ("locale", "width", "scripts"), [("vi-VN", 1366, False), ("en-GB", 360, True), ("vi-VN", 360, True)]
)
async def test_password_codes_and_back_in(pages: Pages, locale: str, width: int, scripts: bool) -> None:
    async with chromium() as browser, window(browser, locale, width, scripts=scripts) as page:
        await sign_in(page, pages, "chair", PASSWORD)
        await change_password(page)
        key, codes = await switch_codes_on(page, pages, scripts)
        assert len(codes) == totp.RECOVERY_CODES
        await page.goto(f"{pages.origin}/account/code")
        await fits(page, scripts)
        await press_in_header(page, SIGN_OUT)
        await page.wait_for_url("**/sign-in")

        pages.clock.forward(totp.STEP_S)
        await sign_in(page, pages, "chair", NEW)
        assert "/sign-in/code" in page.url
        await fits(page, scripts)
        await answer(page, device(pages, key))
        await press_in_header(page, SIGN_OUT)
        await page.wait_for_url("**/sign-in")
        await sign_in(page, pages, "chair", NEW)
        await answer(page, codes[7])


@pytest.mark.parametrize(("locale", "width"), [("vi-VN", 1366), ("en-GB", 360)])
async def test_a_point_chooses_its_place(pages: Pages, locale: str, width: int) -> None:
    async with (
        chromium() as browser,
        window(browser, locale, width) as there,
        window(browser, locale, width, scripts=True) as here,
    ):
        await sign_in(there, pages, "agency", PASSWORD)
        await sign_in(here, pages, "agency", PASSWORD)
        assert "/sign-in/place" in here.url
        await fits(here)
        assert "Chrome" in await here.inner_text("main li")
        await here.focus("button[value=here]")
        await here.keyboard.press("Enter")
        await here.wait_for_url("**/today")
        await there.reload()
        assert "/sign-in" in there.url
