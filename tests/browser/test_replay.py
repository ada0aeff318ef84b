"""What three browsers did is replayed in a fourth window: everybody in their tile, all tiles on one clock."""

import asyncio
import statistics
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Reception, open_recording

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]
_SAMPLES = 20

_ONE_MOMENT = """async () => {
    const found = await Promise.all(marks.videos().map((video) => marks.nextMark(video)));
    return found.filter(({ mark }) => mark).map(({ mark, at }) => [mark.code, mark.utc_ms - at]);
}"""
"""Per tile: whose picture is shown, and how long ago it was painted."""


async def test_replay_on_one_clock(reception: Reception, pictures: Path) -> None:
    chair, agency, citizen = await reception.enter()
    await chair.start()
    await citizen.sees(chair, agency)
    await chair.open_microphone()
    await asyncio.sleep(12)
    await agency.page.get_by_test_id("camera-button").click()
    await asyncio.sleep(4)
    await agency.page.get_by_test_id("camera-button").click()
    await citizen.sees(chair, agency)
    await asyncio.sleep(8)
    await chair.end()

    page = chair.page
    await open_recording(page, reception)
    await page.get_by_test_id("play-button").click()
    await chair.who.seen([1, 2, 3])
    await chair.who.picture(pictures / "replay.png")
    spreads = [await _spread_ms(page) for _ in range(_SAMPLES)]
    assert statistics.median(spreads) <= 150, spreads

    tile = page.locator("[data-testid^=play-tile-]", has_text="Phạm Đại Diện Sở")
    await expect(tile).to_have_attribute("data-missing", "camera_off", timeout=30_000)
    await expect(tile).to_have_attribute("data-missing", "", timeout=30_000)
    await chair.who.advancing([1, 2, 3])

    await page.get_by_test_id("verify-button").click()
    await expect(page.get_by_test_id("verification")).to_contain_text("Còn nguyên vẹn", timeout=30_000)
    await chair.who.picture(pictures / "replay-verified.png")


async def _spread_ms(page: Page) -> float:
    """How far the moments shown by the tiles are apart."""
    shown: dict[int, float] = dict(await page.evaluate(_ONE_MOMENT))
    assert set(shown) == {1, 2, 3}
    return max(shown.values()) - min(shown.values())
