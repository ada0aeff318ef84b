"""Every page of the table in both directions and themes, on a phone and zoomed, on paper: no fault of any kind."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import groupby, product
from pathlib import Path

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page

from tests.support.browser import chromium
from tests.support.looking import LAPTOP, PHONE, ZOOMED, as_a, as_it_stands, classes_of, left_out, on_paper
from tests.support.mirrored import MIRRORED
from tests.support.page_table import PAGES, Shown
from tests.support.pages import PASSWORD
from tests.support.site import Site, site
from tests.support.ways import WAYS
from web.render import TEMPLATES_FOLDER

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

VIEWS = {
    "vi": ((PHONE, "light"), (ZOOMED, "dark")),
    MIRRORED: ((PHONE, "dark"), (LAPTOP, "light")),
}
"""By language: each size and each theme in both directions, without every pair of them."""

_AT_ONCE = 3
_NOT_HERE = {
    "bag-summary.html": "lies in an export",
    "unsealed.html": "stands for seconds",
    "first.html": "only before anybody has an account",
}


def complains(said: ConsoleMessage) -> bool:
    """That a page which is not there answers 404 is no complaint."""
    return said.type in ("error", "warning") and not said.text.startswith("Failed to load resource")


@asynccontextmanager
async def somebody(browser: Browser, there: Site, login: str) -> AsyncIterator[tuple[Page, list[str]]]:
    """A phone, signed in; and what its console complains of."""
    context = await browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, reduced_motion="reduce")
    page, complaints = await context.new_page(), list[str]()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if complains(said) else None)
    if login:
        await page.goto(f"{there.pages.origin}/sign-in")
        await page.fill("#login", login)
        await page.fill("#password", PASSWORD)
        await page.click("main button")
        await page.wait_for_url("**/today")
    yield page, complaints
    await context.close()


async def look(page: Page, there: Site, shown: Shown, lang: str) -> list[str]:
    """The faults of one page."""
    await page.goto(there.pages.origin + shown.path.format(**there.places))
    if shown.way:
        await WAYS[shown.way](page, there)
    faults = await as_it_stands(page)
    for size, theme in VIEWS[lang]:
        faults += await as_a(page, size, theme)
    if shown.paper:
        faults += await on_paper(page)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    return faults


async def walk(browser: Browser, there: Site, pages: Sequence[Shown]) -> tuple[list[str], set[str]]:
    """What one person finds in both directions, and the classes they met."""
    found, classes = list[str](), set[str]()
    async with somebody(browser, there, pages[0].by) as (page, complaints):
        for lang, shown in product(("vi", MIRRORED), pages):
            if shown is pages[0]:
                await page.goto(f"{there.pages.origin}/{'today' if shown.by else 'sign-in'}?lang={lang}")
            faults = await look(page, there, shown, lang)
            classes |= await classes_of(page)
            found += [f"{shown.path} {shown.way} ({shown.by}, {lang}): {fault}" for fault in [*faults, *complaints]]
            complaints.clear()
    return found, classes


async def test_every_page_is_without_fault(tmp_path: Path) -> None:
    turns = asyncio.Semaphore(_AT_ONCE)
    people = [list(pages) for _, pages in groupby(sorted(PAGES, key=lambda shown: shown.by), lambda shown: shown.by)]
    async with site(tmp_path) as there, chromium() as browser:

        async def walked(pages: Sequence[Shown]) -> tuple[list[str], set[str]]:
            async with turns:
                return await walk(browser, there, pages)

        walks = await asyncio.gather(*map(walked, people))
        asked = there.templates.asked
    assert "\n".join(sorted(fault for faults, _ in walks for fault in faults)) == ""
    assert left_out(set.union(*(classes for _, classes in walks))) == set()
    templates = {path.name for path in TEMPLATES_FOLDER.glob("*.html")}
    assert templates - asked - _NOT_HERE.keys() == set(), "pages that no line of the table shows"
