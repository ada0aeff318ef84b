"""A secretary plans a reception without scripts, is overtaken in a second tab, and prints the invitations."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page

from bridge.ids import AccountId, AgencyId
from bridge.model import Account, Role
from tests.support.axe import axe_faults
from tests.support.browser import chromium
from tests.support.pages import PASSWORD, Pages, QuickPasswords, serving
from web.config import STATIC

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path, static=STATIC, contact="0238 123 456") as running:
        stored, agency = QuickPasswords().hash(PASSWORD), AgencyId("office-central")
        roles = frozenset({Role.SECRETARY})
        async with running.storage.units.writing() as unit:
            await unit.accounts.add(Account(AccountId("id-sec"), "sec", "Thư Ký", roles, agency, None, stored))
            await unit.commit()
        yield running


async def signed_in(context: BrowserContext, pages: Pages) -> Page:
    page = await context.new_page()
    await page.goto(pages.origin)
    await page.fill("#login", "sec")
    await page.fill("#password", PASSWORD)
    await page.click("main button")
    await page.wait_for_url("**/today")
    return page


async def planned(page: Page) -> None:
    """The form, filled in by its own buttons."""
    await page.click("a[href='/receptions/new']")
    await page.fill("#title", "Tiếp công dân xã Kim Liên")
    await page.check("#seat-id-sec")
    await page.check("#seat-id-chair")
    for number, (name, where) in enumerate((("Lê Văn C", "own"), ("Phạm Thị E", "point:point-commune")), start=1):
        await page.click("[data-testid=add-person]")
        await page.fill(f"#person-{number}-name", name)
        await page.select_option(f"#person-{number}-where", where)
    await page.fill("#case-1-title", "Thoát nước")
    await page.click("[data-testid=add-case]")
    await page.fill("#case-2-title", "Đường vào xã")
    await page.click("[data-testid=up-case-2]")
    assert await page.input_value("[data-testid=case-row] >> nth=0 >> input[maxlength]") == "Đường vào xã"
    assert await page.is_checked("#seat-id-chair")
    await page.press("#title", "Enter")  # saves, and adds or drops nothing
    await page.wait_for_url(lambda url: re.search(r"/receptions/[a-z0-9]{20}$", url) is not None)


async def overtaken(first: Page, second: Page) -> None:
    """Both open the form; who saves last is told, and saves on purpose."""
    for page in (first, second):
        await page.goto(f"{first.url.partition('?')[0].removesuffix('/edit')}/edit")
    await second.fill("#time", "08:30")
    await second.click("[data-testid=save]")
    await second.wait_for_url("**?saved")
    await first.fill("#note", "Mang theo bản đồ")
    await first.click("[data-testid=save]")
    assert "08:30" in await first.inner_text("[data-testid=overtaken]")
    assert await first.input_value("#note") == "Mang theo bản đồ"
    await first.fill("#time", "08:30")
    await first.click("[data-testid=save]")
    await first.wait_for_url("**?saved")
    shown = await first.inner_text("main")
    assert "08:30" in shown
    assert "Mang theo bản đồ" in shown


async def test_a_secretary_plans_is_overtaken_and_prints(pages: Pages) -> None:
    async with chromium() as browser:
        plain = await browser.new_context(locale="vi-VN", java_script_enabled=False)
        page = await signed_in(plain, pages)
        await planned(page)
        address = page.url
        await overtaken(page, await plain.new_page())
        await page.goto(f"{address}/invitations")
        assert await page.is_hidden("[data-testid=print]")
        assert "Ctrl" in await page.inner_text("[data-print-how]")

        scripted = await browser.new_context(locale="vi-VN", viewport={"width": 360, "height": 740})
        page = await signed_in(scripted, pages)
        await page.add_init_script("window.print = () => document.body.setAttribute('data-printed', '')")
        await page.goto(f"{address}/invitations")
        assert await axe_faults(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        await page.click("[data-testid=print]")
        assert await page.get_attribute("body", "data-printed") == ""
        assert await page.locator("[data-testid=sheet] .dc-qr svg").count() == 2
        printed = await page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 2  # one page each, and no page for the rest
        for path in (
            f"{address}/edit",
            f"{address}",
            f"{pages.origin}/receptions",
            f"{pages.origin}/offices/office-central",
        ):
            await page.goto(path)
            assert await axe_faults(page) == [], path
            assert await page.evaluate(
                "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            ), path
