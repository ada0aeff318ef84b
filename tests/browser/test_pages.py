"""The pages in a real browser: their forms without JavaScript and by keyboard. How they look: test_every_page.py."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from tests.support.browser import chromium
from tests.support.header import SIGN_OUT, press_in_header
from tests.support.pages import PASSWORD, Pages, serving
from tests.support.province import ADMINISTRATOR, counted, province, with_administrators
from tests.support.sealed import RECORDING, sealed
from web.config import STATIC

pytestmark = pytest.mark.browser


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path, static=STATIC) as running:
        await sealed(running)
        await with_administrators(running)
        yield running


@asynccontextmanager
async def reading(
    browser: Browser, pages: Pages, locale: str = "vi-VN", login: str = "chair", **options: bool | int
) -> AsyncIterator[Page]:
    """Signed in."""
    viewport = {"width": int(options.pop("width", 1366)), "height": 768}
    context = await browser.new_context(
        locale=locale,
        viewport=viewport,  # type: ignore[arg-type]  # playwright's own dict type
        java_script_enabled=bool(options.pop("scripts", True)),
    )
    page = await context.new_page()
    await page.goto(pages.origin)
    await page.fill("#login", login)
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
        await page.goto(f"{pages.origin}/archive")
        await page.fill("#title", "HELD")
        await page.fill("#person", "chu tri")
        await page.click("main button.btn-primary")
        assert "Tìm thấy 1 bản ghi" in await page.inner_text("#found")
        assert await page.input_value("#title") == "HELD"
        await page.click("#found table a")
        await page.fill("#purpose", "xác minh")
        await page.click("main button.btn-primary")
        assert "JavaScript" in await page.inner_text("noscript")
        await page.goto(f"{pages.origin}/archive/{RECORDING}/proof")
        await page.click("main button.btn-primary")
        assert "kiểm tra không có lỗi" in await page.inner_text("main")
        await page.click(f"main a[href='/archive/{RECORDING}/readings']")
        assert "xác minh" in await page.inner_text("main table")
        await press_in_header(page, SIGN_OUT)
        assert page.url.endswith("/sign-in")


async def test_a_province_is_set_up_from_a_file_on_a_phone_without_javascript(pages: Pages, tmp_path: Path) -> None:
    agencies, points, accounts = await counted(pages)
    file = tmp_path / "tinh.csv"
    file.write_bytes(province(12) + "Xã lỗi;huyện\r\n".encode())
    async with chromium() as browser, reading(browser, pages, "vi-VN", ADMINISTRATOR, width=360, scripts=False) as page:
        await press_in_header(page, "a[href='/setup']")
        await page.click("main a.btn-primary")
        await page.set_input_files("#file", file)
        await page.click("main button.btn-primary")
        assert "Có 1 lỗi. Chưa ghi gì." in await page.inner_text("main")
        assert "“huyện” không phải là cấp." in await page.inner_text("main table")
        file.write_bytes(province(12))
        await page.click("main a.btn-primary")
        await page.set_input_files("#file", file)
        await page.focus("main button.btn-primary")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("text=Chưa ghi gì cả.")
        assert "Sẽ được tạo (36)" in await page.inner_text("main")
        assert await counted(pages) == (agencies, points, accounts)
        await page.focus("main button.btn-primary")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/setup/passwords/**")
        assert await page.locator("main tbody tr").count() == 12
        password = await page.inner_text("main tbody tr:has-text('dc.xa003') code")
        await page.click("main a.btn-primary")
        assert await counted(pages) == (agencies + 12, points + 12, accounts + 12)
        await page.click("text=Xã 003")
        assert "Tài khoản: dc.xa003" in await page.inner_text("main")
        await press_in_header(page, SIGN_OUT)
        await page.fill("#login", "dc.xa003")
        await page.fill("#password", password)
        await page.click("main button")
        await page.wait_for_url("**/account/password")


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


async def test_the_archive_is_searched_by_keys_alone(pages: Pages) -> None:
    async with chromium() as browser, reading(browser, pages) as page:
        await page.goto(f"{pages.origin}/archive?from=31/2/2026")
        await page.wait_for_function("document.activeElement.id === 'faults'")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")  # the fault leads to its field
        assert await page.evaluate("document.activeElement.id") == "from"
        assert await page.get_attribute("#from", "aria-describedby") == "from-fault"
        await page.keyboard.press("Control+A")
        await page.keyboard.type("1/11/2026")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/archive?**from=1%2F11%2F2026**")
        assert "Tìm thấy 1 bản ghi" in await page.inner_text("#found")
        assert await page.input_value("#from") == "2026-11-01"
        await page.focus("#found table a")
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/archive/{RECORDING}")


@pytest.mark.parametrize("width", [1366, 360])
async def test_the_search_stands_where_one_begins_to_read(pages: Pages, width: int) -> None:
    async with chromium() as browser, reading(browser, pages, width=width) as page:
        await page.goto(f"{pages.origin}/archive?title=held")
        await page.evaluate("document.documentElement.dir = 'rtl'")
        search, found = await page.locator(".dc-filter").bounding_box(), await page.locator("#found").bounding_box()
        assert search is not None
        assert found is not None
        if width > 1000:  # beside each other
            assert search["x"] > found["x"] + found["width"] - 1
        else:
            assert search["y"] < found["y"]
