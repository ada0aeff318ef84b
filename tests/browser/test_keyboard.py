"""From the sign-in into the room and out of it again by Tab and Enter alone."""

import pytest
from playwright.async_api import ViewportSize, expect

from tests.browser.conftest import CHAIR, CITIZEN
from tests.support.browser import Publishes, chromium, person
from tests.support.keyboard import Keyboard
from tests.support.product import Product

pytestmark = pytest.mark.browser

_WITHIN_MS = 30_000
_LOW: ViewportSize = {"width": 1366, "height": 240}
"""So that what has the focus has to be brought into sight."""
_WHOLE: ViewportSize = {"width": 1366, "height": 768}


@pytest.mark.asyncio(loop_scope="session")
async def test_a_chair_needs_no_mouse(installation: Product) -> None:
    async with installation.reader(CHAIR.login) as visitor:
        guests = {guest.name: guest.role for guest in (CHAIR, CITIZEN)}
        reception = await visitor.schedule("Bằng bàn phím", guests)
        await visitor.open_doors(reception)
    async with chromium() as browser, person(browser, Publishes(CHAIR.code, CHAIR.mark)) as who:
        page, keys = who.page, Keyboard(who.page)
        await page.goto(f"{installation.origin}/sign-in")
        await keys.type("#login", CHAIR.login)
        await keys.type("#password", installation.passwords[CHAIR.login])
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/today")
        await page.set_viewport_size(_LOW)

        await keys.press("a.dc-skip")
        assert len(keys.passed) == 1, "the first step is the way past the header"
        await page.wait_for_function("document.activeElement.id === 'main'", timeout=_WITHIN_MS)
        await keys.press(f"main a[href='/receptions/{reception}']")
        assert not any("sign-out" in one for one in keys.passed), "the header was skipped"
        await page.wait_for_url(f"**/receptions/{reception}")
        await page.set_viewport_size(_WHOLE)

        await keys.press(f"main a[href='/receptions/{reception}/room']")
        await page.wait_for_url("**/room")
        await expect(page.get_by_test_id("join-button")).to_be_enabled(timeout=_WITHIN_MS)
        await keys.press("[data-testid=join-button]")
        await expect(page.get_by_test_id("room")).to_be_visible(timeout=_WITHIN_MS)

        await keys.press("[data-testid=leave-button]")
        await expect(page.get_by_test_id("dialog-leave")).to_be_visible(timeout=_WITHIN_MS)
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("dialog-leave")).to_be_hidden(timeout=_WITHIN_MS)
        focused = "document.activeElement.dataset.testid === 'leave-button'"
        await page.wait_for_function(focused, timeout=_WITHIN_MS)
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("dialog-leave")).to_be_visible(timeout=_WITHIN_MS)
        if await page.evaluate("document.activeElement.dataset.testid") != "leave-confirm":
            await keys.to("[data-testid=leave-confirm]")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("over")).to_be_visible(timeout=_WITHIN_MS)
    assert keys.faults == []
