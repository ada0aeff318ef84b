"""From nothing to an office with a name: the first administrator's link, the office's page with its logo, a person's
roles, an agency that moves; on a wide screen and on a telephone."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bridge.first import first_link
from tests.browser.test_account import fits, window
from tests.support.browser import chromium, send_form
from tests.support.pages import Pages, serving
from tests.support.pictures import png
from web.config import STATIC

pytestmark = pytest.mark.browser

SHOTS = Path("build/browser/setup")
"""Playwright makes the folder."""

SECRET = "s" * 43
PASSWORD = "bốn từ không ai đoán"


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path, furnished=False, static=STATIC) as running:
        running.clock.now_ns = time.time_ns()
        async with running.storage.units.writing() as unit:
            await unit.first_links.put(first_link(SECRET, running.clock.utc()))
            await unit.commit()
        yield running


async def begun(page: Page, pages: Pages) -> None:
    """The first administrator makes their account, mistyping once, and signs in with it."""
    await page.goto(f"{pages.origin}/first-administrator?code={SECRET}")
    await page.fill("#agency", "UBND tỉnh Nghệ An")
    await page.fill("#name", "Lê Thị Mai")
    await page.fill("#login", "mai")
    await page.fill("#password", "ngắn")
    await send_form(page, "main button")
    await fits(page)
    assert await page.input_value("#agency") == "UBND tỉnh Nghệ An"
    for field in ("password", "again"):
        await page.fill(f"#{field}", PASSWORD)
    await page.click("main button")
    await page.wait_for_url("**/sign-in")
    await page.fill("#login", "mai")
    await page.fill("#password", PASSWORD)
    await page.click("main button")
    await page.wait_for_url("**/today")


async def office_set(page: Page, pages: Pages) -> None:
    """Name, rules and logo; the head of every page shows them."""
    await page.goto(f"{pages.origin}/setup/office")
    await fits(page)
    await page.fill("#name", "Trụ sở Tiếp công dân Nghệ An")
    await page.fill("#bring", "Căn cước\nĐơn đã viết")
    await page.fill("#session_minutes", "5")
    await page.click("form[action$='/office'] button")
    await expect(page.locator("#faults a")).to_have_count(1)
    await fits(page)
    await page.fill("#session_minutes", "45")
    await page.click("form[action$='/office'] button")
    await page.wait_for_url("**/office?saved")
    picture = {"name": "huy-hieu.png", "mimeType": "image/png", "buffer": png(200, 100)}
    await page.set_input_files("#logo", picture)  # type: ignore[arg-type]  # playwright's own dict type
    await send_form(page, "form[action$='/logo'] button")
    await expect(page.get_by_test_id("office-logo")).to_have_js_property("naturalWidth", 200)
    assert await page.get_by_test_id("office-name").inner_text() == "Trụ sở Tiếp công dân Nghệ An"
    await fits(page)


async def grown(page: Page, pages: Pages) -> None:
    """A department, a commune under it, which then moves; and one's own page."""
    async with pages.storage.units.reading() as unit:
        (top,) = await unit.organisation.agencies()
    for name, level in (("Sở Nội vụ", "province"), ("Xã Kim Liên", "commune")):
        await page.goto(f"{pages.origin}/setup/agencies/{top.id}/agencies")
        await page.fill("#name", name)
        await page.select_option("#level", level)
        await page.click("main button")
        await page.wait_for_url("**?saved")
    await page.click("main details summary")
    await page.select_option("#parent", label="Sở Nội vụ")
    await fits(page)
    await send_form(page, "main details button")
    async with pages.storage.units.reading() as unit:
        named = {one.name: one for one in await unit.organisation.agencies()}
    assert named["Xã Kim Liên"].parent == named["Sở Nội vụ"].id
    await page.goto(f"{pages.origin}/setup/people")
    await page.click("main tbody a")
    await page.check("#role-operator")
    await page.select_option("#language", "en")
    await fits(page)
    await page.click("form:has(#roles) button")
    await page.wait_for_url("**?saved")
    assert await page.is_checked("#role-operator")
    await fits(page)


@pytest.mark.parametrize(("locale", "width"), [("vi-VN", 1366), ("en-GB", 360)])
async def test_an_administrator_begins_from_nothing(pages: Pages, locale: str, width: int) -> None:
    async with chromium() as browser, window(browser, locale, width, scripts=True) as page:
        await begun(page, pages)
        await office_set(page, pages)
        await grown(page, pages)
        await page.goto(f"{pages.origin}/setup/office")
        await page.screenshot(path=SHOTS / f"office-{width}.png", full_page=True)
