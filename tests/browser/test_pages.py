"""The pages in a real browser: their forms without JavaScript, by keyboard, and without a single complaint."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.support.browser import chromium
from tests.support.pages import PASSWORD, Pages, serving
from tests.support.sealed import RECORDING, sealed
from web.config import STATIC

pytestmark = pytest.mark.browser

NAMELESS = """() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a[href]")]
    .filter((one) => !(one.labels?.length || one.textContent.trim() || one.getAttribute("aria-label")))
    .map((one) => one.outerHTML)"""

OUTLINE = """() => ({
    headings: document.querySelectorAll("h1").length,
    mains: document.querySelectorAll("main").length,
    lang: document.documentElement.lang,
    dir: document.documentElement.dir,
    wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
    twice: [...document.querySelectorAll("[id]")].map((one) => one.id).filter((id, at, all) => all.indexOf(id) !== at),
})"""


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path, static=STATIC) as running:
        await sealed(running)
        yield running


@asynccontextmanager
async def reading(browser: Browser, pages: Pages, locale: str = "vi-VN", **options: bool | int) -> AsyncIterator[Page]:
    """Signed in as the chair."""
    viewport = {"width": int(options.pop("width", 1366)), "height": 768}
    context = await browser.new_context(
        locale=locale,
        viewport=viewport,  # type: ignore[arg-type]  # playwright's own dict type
        java_script_enabled=bool(options.pop("scripts", True)),
    )
    page = await context.new_page()
    await page.goto(pages.origin)
    await page.fill("#login", "chair")
    await page.fill("#password", PASSWORD)
    await page.click("main button")
    await page.wait_for_url("**/today")
    yield page
    await context.close()


async def made(page: Page) -> str:
    """A new reception's address, by its form."""
    await page.click("a[href='/receptions/new']")
    await page.fill("#title", "Đường vào xã")
    await page.check("#seat-id-chair")
    await page.check("#seat-id-citizen")
    await page.click("main button.btn-primary")
    await page.wait_for_url(lambda url: "/receptions/" in url and not url.endswith("/new"))
    return page.url


async def test_everything_that_is_a_form_works_without_javascript(pages: Pages) -> None:
    async with chromium() as browser, reading(browser, pages, scripts=False) as page:
        address = await made(page)
        await page.click("main button.btn-primary")  # open the doors
        assert await page.locator(f"main a[href$='{address.removeprefix(pages.origin)}/room']").count() == 1
        await page.click("summary")
        await page.fill("#reason", "Bão")
        await page.click("main .btn-danger")
        assert "Đã hủy" in await page.inner_text("main")
        await page.goto(f"{pages.origin}/archive/{RECORDING}")
        await page.fill("#purpose", "xác minh")
        await page.click("main button.btn-primary")
        assert "JavaScript" in await page.inner_text("noscript")
        await page.goto(f"{pages.origin}/archive/{RECORDING}/proof")
        await page.click("main button.btn-primary")
        assert "kiểm tra không có lỗi" in await page.inner_text("main")
        await page.click("header button")
        assert page.url.endswith("/sign-in")


@pytest.mark.parametrize(("locale", "width"), [("vi-VN", 1366), ("en-GB", 360)])
async def test_every_page_is_named_and_complains_of_nothing(pages: Pages, locale: str, width: int) -> None:
    complaints: list[str] = []
    async with chromium() as browser, reading(browser, pages, locale, width=width) as page:
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        address = (await made(page)).removeprefix(pages.origin)
        for path in (
            "/today",
            "/receptions/new",
            address,
            f"{address}/room",
            f"{address}/devices",
            "/archive",
            f"/archive/{RECORDING}",
            f"/archive/{RECORDING}/proof",
            "/devices",
        ):
            await page.goto(f"{pages.origin}{path}?lang={locale[:2]}")
            outline = await page.evaluate(OUTLINE)
            expected = {"headings": 1, "mains": 1, "lang": locale[:2], "dir": "ltr", "wide": False, "twice": []}
            assert outline == expected, path
            assert await page.evaluate(NAMELESS) == [], path
    assert complaints == []


async def test_the_keyboard_finds_content_and_faults_first(pages: Pages) -> None:
    async with chromium() as browser, reading(browser, pages) as page:
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.getAttribute('href')") == "#main"
        await page.keyboard.press("Enter")
        assert await page.evaluate("document.activeElement.id") == "main"
        await page.goto(f"{pages.origin}/receptions/new")
        await page.click("main button.btn-primary")
        await page.wait_for_function("document.activeElement.id === 'faults'")
        await page.click("#faults a[href='#title']")
        assert await page.evaluate("document.activeElement.id") == "title"
        assert await page.get_attribute("#title", "aria-describedby") == "title-fault"
