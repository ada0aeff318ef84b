"""What three browsers did is replayed in a fourth window: everybody in their tile, all tiles on one clock."""

import asyncio
import re
import statistics
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import CHAIR, Reception, open_recording

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]
_SAMPLES = 20
_BEFORE_MS = 9_000
"""Until then, and longer, everybody's camera was on."""

_ONE_MOMENT = """async () => {
    const found = await Promise.all(marks.videos().map((video) => marks.nextMark(video)));
    return found.filter(({ mark }) => mark).map(({ mark, at }) => [mark.code, mark.utc_ms - at]);
}"""
"""Per tile: whose picture is shown, and how long ago it was painted."""

_ALL_STAND = """(beforeMs) => {
    // On a busy machine the stretch may be over before all three pictures stood at once: it is played again.
    if (!__player.running || __player.currentTime > beforeMs) { __player.seek(0); __player.play(); }
    const seen = marks.videos().map((video) => marks.readMark(video)?.code);
    return [1, 2, 3].every((code) => seen.includes(code));
}"""


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
    await _who_led(page, CHAIR.name, pictures)
    await page.get_by_test_id("play-button").click()
    await _all_stand(page)
    await chair.who.picture(pictures / "replay.png")
    spreads = [await _spread_ms(page) for _ in range(_SAMPLES)]
    assert statistics.median(spreads) <= 150, spreads

    tile = page.locator("[data-testid^=play-tile-]", has_text="Phạm Đại Diện Sở")
    await page.get_by_test_id("showing").select_option("all")
    await page.locator("[data-testid=event][data-kind=CameraMoved]").first.click()
    await expect(tile).to_have_attribute("data-missing", "camera_off", timeout=30_000)
    await expect(tile).to_have_attribute("data-missing", "", timeout=30_000)
    await chair.who.advancing([1, 2, 3])

    await page.get_by_test_id("verify-button").click()
    await expect(page.get_by_test_id("verification")).to_contain_text("Còn nguyên vẹn", timeout=30_000)
    await chair.who.picture(pictures / "replay-verified.png")


async def _who_led(page: Page, name: str, pictures: Path) -> None:
    """Drawn along the foot of one lane, told in words by the list, and a line of the list leads there, by keyboard."""
    led = page.locator("[data-testid=lanes] [data-kind=led]")
    await expect(led.first).to_be_attached()
    lanes = page.locator("[data-testid=lanes] > g")
    assert [await lane.locator("[data-kind=led]").count() > 0 for lane in await lanes.all()].count(True) == 1
    await page.get_by_test_id("showing").select_option("led")
    line = page.get_by_test_id("event").first
    await expect(line).to_contain_text(f"Người nói chính: {name}")
    await line.focus()
    await page.keyboard.press("Enter")
    await expect(line).to_have_attribute("aria-current", "true")
    bar = page.get_by_test_id("timebar")
    assert float(await bar.input_value()) > 0
    await expect(bar).to_have_attribute("aria-valuetext", re.compile(f"Người nói chính: {name}"))
    await page.screenshot(path=pictures / "replay-who-led.png")
    await page.get_by_test_id("showing").select_option("main")
    await bar.fill("0")


async def _all_stand(page: Page) -> None:
    await page.wait_for_function(_ALL_STAND, arg=_BEFORE_MS, timeout=30_000, polling=100)


async def _spread_ms(page: Page) -> float:
    """How far the moments shown by the tiles are apart."""
    await _all_stand(page)
    shown: dict[int, float] = dict(await page.evaluate(_ONE_MOMENT))
    assert set(shown) == {1, 2, 3}
    return max(shown.values()) - min(shown.values())
