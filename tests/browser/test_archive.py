"""An archivist's work on a real recording: find it, play it, jump, change speed, keep a still, check it again."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import av
import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import AGENCY, CHAIR, Reception, gathered
from tests.support.axe import axe_faults
from tests.support.browser import chromium
from tests.support.product import Product

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

_TITLE = "Khiếu nại về đất đai"
_WITHIN_MS = 30_000
_CAMERA = "video[data-track]"


@pytest.fixture
async def held(installation: Product) -> AsyncIterator[Reception]:
    """Ten seconds of two people, a pause between, the floor given, a camera off and on."""
    async with gathered(installation, _TITLE, CHAIR, AGENCY, fps=12) as reception:
        chair, agency = await reception.enter()
        await chair.start()
        await agency.sees(chair)
        await chair.open_microphone()
        await chair.give_floor(AGENCY.name)
        await agency.page.get_by_test_id("camera-button").click()
        await expect(agency.page.get_by_test_id("camera-button")).to_have_attribute("data-state", "off")
        await asyncio.sleep(2)  # stretches to look at
        await agency.page.get_by_test_id("camera-button").click()
        await chair.sees(agency)
        await chair.page.get_by_test_id("pause-button").click()
        await chair.page.get_by_test_id("pause-confirm").click()
        await chair.recording("paused")
        await asyncio.sleep(2)
        await chair.page.get_by_test_id("resume-button").click()
        await chair.recording("recording")
        await chair.sees(agency)
        await asyncio.sleep(4)
        await chair.end()
        yield reception


async def archivist(browser: Browser, product: Product) -> Page:
    """Signed in."""
    context = await browser.new_context(locale="vi-VN", viewport={"width": 1366, "height": 768}, accept_downloads=True)
    page = await context.new_page()
    await page.goto(f"{product.origin}/sign-in")
    await page.fill("#login", "luutru")
    await page.fill("#password", product.passwords["luutru"])
    await page.click("main form button")
    await page.wait_for_url("**/today*")
    return page


async def find(page: Page, product: Product) -> None:
    """By a word of the title and a name, as soon as it is sealed; the purpose is asked once."""
    async with asyncio.timeout(60):
        while True:
            await page.goto(f"{product.origin}/archive?title=dat+dai&person=tran+thi")
            if await page.locator("#found table a").count():
                break
            await asyncio.sleep(1)
    await page.goto(f"{product.origin}/archive?title=dat+dai&person=cong+dan")
    await expect(page.locator("#found table")).to_have_count(0)
    await page.go_back()
    await page.click("#found table a")
    await page.fill("#purpose", "Tòa án yêu cầu")
    await page.click("main form button")
    await expect(page.get_by_test_id("player")).to_be_visible(timeout=_WITHIN_MS)
    await page.wait_for_function(
        "() => Object.values(__player.states).includes('playing')", timeout=_WITHIN_MS, polling=100
    )


async def position(page: Page) -> float:
    """Where the player stands, in ms."""
    place: float = await page.evaluate("__player.currentTime")
    return place


async def test_an_archivist_finds_plays_and_proves(held: Reception, pictures: Path) -> None:
    async with chromium() as browser:
        page = await archivist(browser, held.product)
        await find(page, held.product)
        await jumps(page)
        await speeds(page)
        await keeps_a_still(page, pictures)
        await proves(page, pictures)
        await page.goto(page.url + "/readings")
        await expect(page.locator("main table")).to_contain_text("Tòa án yêu cầu")


async def jumps(page: Page) -> None:
    """By the list, by keys, by the bar; what is there is said in words."""
    events = page.get_by_test_id("event")
    pause = page.locator("[data-testid=event][data-kind=ReceptionInterrupted]")
    await expect(pause).to_have_count(1)
    await pause.click()
    await expect(pause).to_have_attribute("aria-current", "true")
    at_pause = await position(page)
    await page.keyboard.press("p")
    assert await position(page) < at_pause
    await page.keyboard.press("n")
    await expect(pause).to_have_attribute("aria-current", "true")
    await page.keyboard.press("ArrowLeft")
    assert await position(page) == max(0, at_pause - 10_000)
    main = await events.count()
    await page.get_by_test_id("showing").select_option("all")
    assert await events.count() > main
    await expect(page.locator("[data-testid=event][data-kind=CameraMoved]")).not_to_have_count(0)
    await page.get_by_test_id("timebar").focus()
    await page.evaluate(f"__player.seek({at_pause + 50})")
    await expect(page.get_by_test_id("bubble")).to_contain_text("tạm dừng")
    await page.keyboard.press("?")
    await expect(page.get_by_test_id("dialog-keys")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("dialog-keys")).to_be_hidden()


async def speeds(page: Page) -> None:
    """From half to three times, by choice and by key; the picture follows."""
    offered = await page.locator("[data-testid=rate] option").evaluate_all("all => all.map((one) => one.value)")
    assert offered == ["0.5", "0.75", "1", "1.25", "1.5", "2", "3"]
    await page.get_by_test_id("rate").select_option("2")
    await page.keyboard.press("Escape")
    await page.get_by_test_id("play-button").focus()
    await page.keyboard.press("+")
    await expect(page.get_by_test_id("rate")).to_have_value("3")
    for _ in range(6):
        await page.keyboard.press("-")
    await expect(page.get_by_test_id("rate")).to_have_value("0.5")
    await page.evaluate("__player.seek(0)")
    await page.get_by_test_id("play-button").click()
    await page.wait_for_function("() => __player.currentTime > 500", timeout=_WITHIN_MS, polling=50)
    rates = await page.locator(_CAMERA).evaluate_all(
        "all => all.filter((one) => !one.paused).map((one) => one.playbackRate)"
    )
    assert rates
    assert all(0.35 <= rate <= 0.65 for rate in rates)  # about one half: each is kept on the common clock
    await page.get_by_test_id("play-button").click()
    await page.get_by_test_id("rate").select_option("1")


async def keeps_a_still(page: Page, pictures: Path) -> None:
    """A picture that says what it shows."""
    await page.keyboard.press("Escape")
    tile = page.locator("[data-testid^=play-tile-]", has_text=CHAIR.name)
    await expect(tile).to_have_attribute("data-missing", "", timeout=_WITHIN_MS)
    await tile.get_by_test_id("enlarge").click()
    await expect(page.locator("dc-play-tile[large]")).to_contain_text(CHAIR.name)
    async with page.expect_download() as coming:
        await page.keyboard.press("s")
    still = await coming.value
    name = still.suggested_filename
    assert name.startswith(f"{_TITLE}, {CHAIR.name}, ")
    assert name.endswith(").png")
    kept = pictures / "still.png"
    await still.save_as(kept)
    with av.open(io.BytesIO(kept.read_bytes()), "r") as picture:
        frame = next(picture.decode(video=0))
    assert (frame.width, frame.height > 180) == (320, True)  # the caption stands beneath the picture
    beneath = frame.reformat(format="gray").to_ndarray()[181:]
    assert beneath.max() > 200  # and is written in white
    await page.keyboard.press("g")
    await expect(page.locator("dc-play-tile[large]")).to_have_count(0)


async def proves(page: Page, pictures: Path) -> None:
    """The result with its date, asked for again."""
    verdict = page.get_by_test_id("verification")
    await expect(verdict).to_contain_text("Còn nguyên vẹn", timeout=_WITHIN_MS)
    before = await page.evaluate(_LAST)
    await page.get_by_test_id("verify-button").click()
    await page.wait_for_function(
        f"async (before) => (await ({_LAST})()) > before", arg=before, timeout=_WITHIN_MS, polling=200
    )
    await expect(verdict).to_contain_text("Còn nguyên vẹn", timeout=_WITHIN_MS)
    await expect(page.get_by_test_id("verify-button")).to_be_enabled()
    assert await axe_faults(page) == []
    await page.screenshot(path=pictures / "archive-player.png")


_LAST = """async () => (await (await fetch(location.pathname.replace("/archive/", "/api/recordings/") +
    "/verification")).json()).last?.at_ms ?? 0"""
"""When the last check ended."""
