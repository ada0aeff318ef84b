"""Ways to the pages of the table that an address alone does not lead to. Each begins on the page's own address."""

import re
from collections.abc import Awaitable, Callable, Mapping
from tempfile import NamedTemporaryFile

from playwright.async_api import Page

from tests.support.pages import PASSWORD
from tests.support.province import province
from tests.support.site import CODED, CODES, FIRST, TWICE, Site

Way = Callable[[Page, Site], Awaitable[None]]


async def _sign_in(page: Page, site: Site, login: str, password: str = PASSWORD) -> None:
    await page.goto(f"{site.pages.origin}/sign-in")
    await page.fill("#login", login)
    await page.fill("#password", password)
    await page.click("main button")


async def _wrong_password(page: Page, site: Site) -> None:
    await _sign_in(page, site, "nobody", "wrong")
    await page.wait_for_selector("#refused")


async def _as_coded(page: Page, site: Site) -> None:
    await _sign_in(page, site, CODED)
    await page.wait_for_url("**/sign-in/code*")


async def _as_twice(page: Page, site: Site) -> None:
    await _sign_in(page, site, TWICE)
    await page.wait_for_url("**/sign-in/place*")


async def _send_empty(page: Page, _: Site) -> None:
    await page.click("main button.btn-primary")
    await page.wait_for_selector("#faults")


async def _make_client(page: Page, _: Site) -> None:
    """Its secret is shown this once."""
    await page.fill("#name", "Cổng dịch vụ công")
    await page.check("[name=action-see_reception]")
    await page.click("main button.btn-primary")
    await page.wait_for_url("**/setup/clients/secrets/**")


async def _give_purpose(page: Page, _: Site) -> None:
    if await page.locator("#purpose").count():
        await page.fill("#purpose", "xác minh")
        await page.click("main button.btn-primary")
    await page.wait_for_selector("[data-testid=player]")


async def _begin_codes(page: Page, site: Site) -> None:
    """Switched off before, where they were switched on for the other direction."""
    if await page.locator(".btn-outline-danger").count():
        site.pages.clock.forward(60)  # each code is taken once
        await page.fill("#code", await site.code_of(CODES))
        await page.click(".btn-outline-danger")
        await page.goto(f"{site.pages.origin}/account/code")
    if await page.locator("#old").count():
        await page.fill("#old", PASSWORD)
        await page.click("main button.btn-primary")
    await page.wait_for_selector("#secret")


async def _switch_codes_on(page: Page, site: Site) -> None:
    await _begin_codes(page, site)
    site.pages.clock.forward(60)
    await page.fill("#code", await site.code_of(CODES))
    await page.click("main button.btn-primary")
    await page.wait_for_selector("#recovery")


async def _send_file(page: Page, body: bytes) -> None:
    with NamedTemporaryFile(suffix=".csv") as file:
        file.write(body)
        file.flush()
        await page.set_input_files("#file", file.name)
        await page.click("main button.btn-primary")
        await page.wait_for_selector("#file", state="detached")


async def _look_at_faults(page: Page, _: Site) -> None:
    await _send_file(page, province(4) + b"X;y\r\n")


async def _look_at_file(page: Page, _: Site) -> None:
    await _send_file(page, province(4))


async def _import_file(page: Page, site: Site) -> None:
    """More communes each time, so that there is always something to do."""
    site.places["communes"] = str(int(site.places.get("communes", "4")) + 2)
    await page.goto(f"{site.pages.origin}/setup/import")
    await _send_file(page, province(int(site.places["communes"])))
    await page.click("main button.btn-primary")
    await page.wait_for_url("**/setup/passwords/**")


async def _of_a_fresh_one(page: Page, site: Site) -> None:
    """Not found where there are accounts: the same page of an installation without any."""
    await page.goto(f"{site.fresh.origin}/first-administrator?code={FIRST}")


async def _send_empty_at_a_fresh_one(page: Page, site: Site) -> None:
    await _of_a_fresh_one(page, site)
    await _send_empty(page, site)


def _entering(step: str, code: str) -> Way:
    """By a code to a step of the way in."""

    async def go(page: Page, site: Site) -> None:
        await page.goto(f"{site.pages.origin}/enter/{site.places[code]}")
        await page.get_by_test_id("yes-me").click()
        await page.wait_for_url(re.compile(r"/enter/[a-z]+$"))
        await page.goto(f"{site.pages.origin}/enter/{step}")

    return go


async def _send_unread(page: Page, site: Site) -> None:
    await _entering("notice", "due")(page, site)
    await _send_empty(page, site)


async def _fill_office(page: Page, _: Site) -> None:
    """With lines of every length, and a logo of no kind."""
    await page.fill("#bring", "Căn cước công dân\nĐơn và giấy tờ kèm theo")
    await page.fill("#house_rules", "Giữ trật tự")
    await page.click("main button.btn-primary")
    await page.wait_for_url("**?saved*")


WAYS: Mapping[str, Way] = {
    "wrong_password": _wrong_password,
    f"as_{CODED}": _as_coded,
    f"as_{TWICE}": _as_twice,
    "send_empty": _send_empty,
    "make_client": _make_client,
    "give_purpose": _give_purpose,
    "begin_codes": _begin_codes,
    "switch_codes_on": _switch_codes_on,
    "look_at_faults": _look_at_faults,
    "look_at_file": _look_at_file,
    "import_file": _import_file,
    "of_a_fresh_one": _of_a_fresh_one,
    "send_empty_at_a_fresh_one": _send_empty_at_a_fresh_one,
    "send_unread": _send_unread,
    "fill_office": _fill_office,
    "come_early": _entering("early", "early"),
    **{f"enter_{step}": _entering(step, "due") for step in ("you", "devices", "notice", "room", "after")},
}
