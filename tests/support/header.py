"""What stands in a page's header, on a wide screen in sight, on a phone in its menu."""

from playwright.async_api import Page

SIGN_OUT = "[data-testid=sign-out]"


async def press_in_header(page: Page, selector: str) -> None:
    """Opens the menu where there is one, then clicks."""
    menu = page.get_by_test_id("menu-button")
    if await menu.is_visible():
        await menu.click()
    await page.click(f"header {selector}")
