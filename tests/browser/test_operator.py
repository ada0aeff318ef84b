"""An operator looks at a live room and comes in by the chair's consent; real browsers, the real product."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import CHAIR, CITIZEN, OPERATOR, Reception, gathered
from tests.support.axe import axe_faults
from tests.support.browser import Publishes, chromium, person
from tests.support.product import Product
from tests.support.room_page import RoomPage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
WITHIN_MS = 30_000


@pytest.fixture
async def meeting(installation: Product) -> AsyncIterator[tuple[Reception, RoomPage]]:
    """Chair and citizen in a live room; an operator who is signed in, without a seat."""
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(gathered(installation, "Cần hỗ trợ", CHAIR, CITIZEN, fps=15))
        browser = await stack.enter_async_context(chromium())
        publishes = Publishes(OPERATOR.code, OPERATOR.mark, fps=15)
        who = await stack.enter_async_context(person(browser, publishes))
        operator = await RoomPage(who, installation, OPERATOR.login).sign_in()
        chair, _ = await made.enter()
        await chair.start()
        yield made, operator


async def whole(page: Page) -> None:
    """For who listens, and on a narrow screen; the colours are those of the system."""
    assert await axe_faults(page) == [], page.url
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not await page.evaluate(wide), page.url


async def to_the_room(operator: RoomPage, reception: Reception, pictures: Path) -> None:
    """From the navigation over the list; both pages can be read by everybody."""
    page = operator.page
    await page.click("header a[href='/operator']")
    row = page.get_by_test_id(f"room-{reception.id}")
    await expect(row).to_contain_text("Cần hỗ trợ")
    await whole(page)
    await operator.who.picture(pictures / "operator-list.png")
    await row.locator("th a").click()
    await page.wait_for_url(f"**/operator/receptions/{reception.id}")
    # Measured by the node, drawn by the server, brought by the script: nobody reloads.
    await expect(page.locator(".dc-graph polyline").first).to_be_attached(timeout=2 * WITHIN_MS)
    await whole(page)
    await page.set_viewport_size({"width": 360, "height": 740})
    await whole(page)
    await page.set_viewport_size({"width": 1366, "height": 768})
    await operator.who.picture(pictures / "operator-room.png")


async def accepted_by_keys(chair: RoomPage) -> None:
    """The chair hears of it and answers without a mouse."""
    offer = chair.by("help-offer")
    await expect(offer).to_have_attribute("role", "alert", timeout=WITHIN_MS)
    await expect(offer).to_contain_text("Quản trị hệ thống")
    await chair.by("help-accept").focus()
    await chair.page.keyboard.press("Enter")
    await expect(chair.by("help-now")).to_be_visible(timeout=WITHIN_MS)


async def test_help_by_consent_and_its_end(meeting: tuple[Reception, RoomPage], pictures: Path) -> None:
    reception, operator = meeting
    chair, citizen = reception.people
    await to_the_room(operator, reception, pictures)
    await operator.page.click("#offer")
    await expect(operator.page.get_by_test_id("help")).to_have_attribute("data-state", "offered")
    await expect(citizen.by("help-offer")).to_have_count(0)
    await accepted_by_keys(chair)
    assert await axe_faults(chair.page) == []
    await chair.who.picture(pictures / "help-chair.png")
    await expect(operator.page.locator("#enter")).to_be_visible(timeout=WITHIN_MS)  # without a reload
    await operator.enter(reception.id)
    await expect(citizen.tile("Quản trị hệ thống")).to_have_attribute("data-role", "operator", timeout=WITHIN_MS)
    await citizen.sees(chair, operator)
    await chair.by("help-end").click()
    await expect(operator.by("over")).to_have_attribute("data-how", "help_ended", timeout=WITHIN_MS)
    await expect(citizen.tile("Quản trị hệ thống")).to_have_count(0, timeout=WITHIN_MS)
    await operator.who.picture(pictures / "help-ended.png")
    await operator.by("over-onward").click()
    await operator.page.wait_for_url("**/operator")


async def test_an_account_that_is_disabled_is_out_of_the_room_at_once(
    installation: Product, meeting: tuple[Reception, RoomPage], pictures: Path
) -> None:
    reception, operator = meeting
    chair, citizen = reception.people
    page = operator.page
    await page.goto(f"{installation.origin}/setup/people?q=congdan")
    await page.click("tbody th a")
    await page.click("details summary")
    await page.click("form[action$='/disable'] button")
    try:
        await expect(citizen.by("over")).to_have_attribute("data-how", "account_closed", timeout=WITHIN_MS)
        await expect(chair.tile("Công Dân")).to_have_count(0, timeout=WITHIN_MS)
        await citizen.who.picture(pictures / "account-closed.png")
        assert await axe_faults(citizen.page) == []
        await citizen.by("over-onward").click()
        await citizen.page.wait_for_url("**/sign-in*")
    finally:
        await page.click("form[action$='/enable'] button")
        await page.wait_for_selector("form[action$='/disable']", state="attached")
