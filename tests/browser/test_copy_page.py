"""The page of a viewing copy in a real browser: without JavaScript from the wish to the film, and the film plays."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page

from bridge.archive import ViewingCopy
from bridge.copies import ViewingCopies, copy_key
from bridge.media import Source
from tests.browser.test_pages import reading
from tests.support.browser import chromium
from tests.support.looking import NAMELESS, OUTLINE
from tests.support.made_recordings import Made, Maker, Person, Take
from tests.support.pages import Pages, serving
from tests.support.sealed import RECORDING, sealed
from tests.support.viewing_copies import rendered
from web.config import STATIC

pytestmark = pytest.mark.browser
PAGE = f"/archive/{RECORDING}/copy"

PLAYS = """async (address) => {
    const film = document.createElement("video");
    film.muted = true;
    film.src = address;
    document.querySelector("main").append(film);
    await new Promise((good, bad) => { film.onloadeddata = good; film.onerror = () => bad(film.error.message); });
    const whole = film.duration;
    film.currentTime = whole / 2;
    await new Promise((good) => { film.onseeked = good; });
    await film.play();
    await new Promise((good) => { film.onended = good; });
    return [whole, film.videoWidth, film.videoHeight, film.webkitAudioDecodedByteCount > 0];
}"""


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path, static=STATIC) as running:
        await sealed(running)
        yield running


async def film(pages: Pages, folder: Path) -> bytes:
    """Two seconds of one person."""
    maker = Maker(pages.ports.objects, folder)
    await maker.add(Made(1, Source.CAMERA, [Take(0, 2)]))
    await maker.add(Made(1, Source.MICROPHONE, [Take(0, 2)]))
    manifest = maker.manifest([Person(1, "Nguyễn Thị Hường", (0, 2))], 2)
    made, _ = await rendered(pages.ports.objects, manifest, folder / "pieces")
    return await asyncio.to_thread(made.read_bytes)


async def asked(pages: Pages) -> tuple[ViewingCopies, ViewingCopy]:
    copies = ViewingCopies(pages.storage.units, pages.clock)
    (run,) = await copies.wanted()
    return copies, run


async def well_formed(page: Page) -> None:
    await page.wait_for_load_state()
    outline = await page.evaluate(OUTLINE)
    assert (outline["headings"], outline["mains"], outline["wide"], outline["twice"]) == (1, 1, False, [])
    assert await page.evaluate(NAMELESS) == []


async def test_from_the_wish_to_the_film_without_javascript(pages: Pages, tmp_path: Path) -> None:
    body = await film(pages, tmp_path)
    async with chromium() as browser, reading(browser, pages, scripts=False, width=360) as page:
        await page.goto(f"{pages.origin}/archive/{RECORDING}/proof")
        await page.click(f"main a[href='{PAGE}']")
        await well_formed(page)
        await page.click("main button.btn-primary")
        assert await page.get_attribute("progress", "value") == "0"
        await well_formed(page)
        copies, run = await asked(pages)
        await copies.progressed(run, 0.5)
        await page.wait_for_selector("progress[value='50']")  # the page renews itself
        stored = await pages.ports.objects.put(copy_key(run), body, pages.clock.utc())
        await copies.ready(run, stored, "")
        await page.wait_for_selector("#purpose")
        await well_formed(page)
        await page.fill("#purpose", "xem lại")
        async with page.expect_download() as download:
            await page.click("main button.btn-primary")
        got = await download.value
        assert got.suggested_filename == f"{RECORDING}.mp4"
        assert await asyncio.to_thread(Path(await got.path()).read_bytes) == body


async def test_the_film_plays_in_the_browser_and_may_be_wound(pages: Pages, tmp_path: Path) -> None:
    body = await film(pages, tmp_path)
    async with chromium() as browser, reading(browser, pages) as page:
        await page.goto(f"{pages.origin}{PAGE}")
        await page.click("main button.btn-primary")
        copies, run = await asked(pages)
        await copies.progressed(run, 0.5)
        await copies.ready(run, await pages.ports.objects.put(copy_key(run), body, pages.clock.utc()), "")
        await page.wait_for_selector("#purpose")
        await page.fill("#purpose", "xem lại")
        async with page.expect_download():
            await page.click("main button.btn-primary")
        whole, width, height, sounds = await page.evaluate(PLAYS, f"{PAGE}/file")
        assert whole == pytest.approx(2, abs=0.05)
        assert (width, height, sounds) == (1280, 720, True)
