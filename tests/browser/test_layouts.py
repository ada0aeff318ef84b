"""Layouts as they were agreed on: where everything stands, in the room and on the pages. ``make snapshots`` renews."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.support.axe import axe_faults
from tests.support.browser import chromium
from tests.support.gallery import build_gallery, examples, gallery, worded
from tests.support.layouts import Box, boxes, compared, in_font
from tests.support.looking import KIOSK, LAPTOP, PHONE, ZOOMED
from tests.support.pages import PASSWORD
from tests.support.site import site
from web.catalogues import LANGUAGES

pytestmark = pytest.mark.browser

IN_THE_ROOM = (
    "dc-topbar, .dc-banner, dc-stage, dc-panel, dc-bar, dc-prejoin, dc-held, dc-over, dialog[open], "
    "[data-testid^=tile-], [data-testid^=screen-], [data-testid=join-button]"
)
ON_A_PAGE = (
    "header, .dc-brand, .dc-menu-button, .dc-nav, .dc-own, main, main h1, main h2, main .card, main table, "
    "main .btn-primary, .dc-beside > *, footer"
)
FRAMES = ("/today", "/archive", "/account", "/account/password")
"""One of each frame that pages stand in: cards, a list beside its search, parts below each other, a single question."""

SIZES = [("laptop", LAPTOP, "ltr"), ("laptop-rtl", LAPTOP, "rtl"), ("phone", PHONE, "ltr"), ("kiosk", KIOSK, "ltr")]
BARS_ONLY = ("bar/", "topbar/", "notices-list/")
"""Examples in which everything else stands as in others."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    await build_gallery()
    async with chromium() as running:
        yield running


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("name", "size", "direction"), SIZES, ids=[name for name, _, _ in SIZES])
async def test_the_room_is_laid_out_as_agreed(
    browser: Browser, name: str, size: tuple[int, int], direction: str
) -> None:
    page = await gallery(browser, size, direction)
    found: dict[str, list[Box]] = {}
    for example in await examples(page):
        if not example.startswith(BARS_ONLY):
            await page.evaluate("(name) => gallery.show(name)", example)
            found[example] = await boxes(page, IN_THE_ROOM)
    await page.context.close()
    assert len(found) > 15
    assert compared(f"room-{name}", found) == []


_LINES = """() => new Set([...document.querySelectorAll(".dc-bar .btn")]
    .filter((one) => one.checkVisibility()).map((one) => Math.round(one.getBoundingClientRect().y / 10))).size"""
_COVERED = """() => {
    const panel = document.querySelector(".dc-panel")?.getBoundingClientRect();
    return [...document.querySelectorAll(".dc-banner")].filter((one) => {
        const box = one.getBoundingClientRect();
        return panel && box.bottom > panel.top + 1 && box.top < panel.bottom;
    }).map((one) => one.dataset.testid);
}"""


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("lang", list(LANGUAGES))
async def test_everybodys_bar_is_one_line_on_a_laptop(browser: Browser, lang: str) -> None:
    page = await gallery(browser, LAPTOP, "ltr")
    await worded(page, lang)
    lines = {}
    for example in [name for name in await examples(page) if name.startswith("bar/")]:
        await page.evaluate("(name) => gallery.show(name)", example)
        lines[example] = await page.evaluate(_LINES)
    await page.context.close()
    assert len(lines) > 9
    assert {name: count for name, count in lines.items() if count != 1} == {}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("size", [PHONE, ZOOMED])
async def test_no_sheet_covers_what_is_asked(browser: Browser, size: tuple[int, int]) -> None:
    page, covered = await gallery(browser, size, "ltr"), dict[str, list[str]]()
    await worded(page, "vi")
    asking = [name for name in await examples(page) if name.startswith(("help/", "room/", "held/", "chat/"))]
    for example in asking:
        await page.evaluate("(name) => gallery.show(name)", example)
        if found := await page.evaluate(_COVERED):
            covered[example] = found
    await page.context.close()
    assert covered == {}


@pytest.mark.asyncio(loop_scope="module")
async def test_an_official_changes_the_layout_on_a_telephone(browser: Browser) -> None:
    page = await gallery(browser, PHONE, "ltr")
    await page.evaluate("(name) => gallery.show(name)", "bar/chair live")
    await expect(page.get_by_test_id("layout-button")).to_be_hidden()
    await expect(page.get_by_test_id("more-button")).to_be_visible()
    await page.evaluate("(name) => gallery.show(name)", "dialogs/more")
    await expect(page.get_by_test_id("more-layout-button")).to_be_visible()
    await expect(page.get_by_test_id("more-leave-button")).to_be_visible()
    await page.context.close()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("name", "size"), [("laptop", LAPTOP), ("phone", PHONE)], ids=["laptop", "phone"])
async def test_the_pages_are_laid_out_as_agreed(
    browser: Browser, tmp_path: Path, name: str, size: tuple[int, int]
) -> None:
    found: dict[str, list[Box]] = {}
    async with site(tmp_path) as there:
        context = await browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="vi-VN", bypass_csp=True
        )
        page = await context.new_page()
        await page.goto(there.pages.origin)
        await in_font(page)
        found["/sign-in"] = await boxes(page, ON_A_PAGE)
        await page.fill("#login", "chair")
        await page.fill("#password", PASSWORD)
        await page.click("main button")
        await page.wait_for_url("**/today")
        for path in FRAMES:
            await page.goto(there.pages.origin + path)
            await in_font(page)
            found[path] = await boxes(page, ON_A_PAGE)
        await context.close()
    assert compared(f"pages-{name}", found) == []


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("size", "direction", "all_of_them"), [(LAPTOP, "ltr", True), (PHONE, "rtl", False), (ZOOMED, "ltr", False)]
)
async def test_no_view_of_the_room_has_a_fault(
    browser: Browser, size: tuple[int, int], direction: str, all_of_them: bool
) -> None:
    page, faults = await gallery(browser, size, direction), list[str]()
    for example in await examples(page):
        if example.startswith(BARS_ONLY) and not all_of_them:
            continue
        await page.evaluate("(name) => gallery.show(name)", example)
        faults += [f"{example}: {fault}" for fault in await axe_faults(page)]
    await page.context.close()
    assert "\n".join(faults) == ""
