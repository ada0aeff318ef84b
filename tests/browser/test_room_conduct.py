"""A room that goes on: layouts in which nothing jumps, what is written, and the chair taken over by a deputy."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import AGENCY, CHAIR, CITIZEN, SECRETARY, gathered
from tests.support.axe import axe_faults
from tests.support.product import Product
from tests.support.room_page import RoomPage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

_WITHIN_MS = 30_000
_SCREENS = {"desk": (1366, 768), "phone": (360, 740), "kiosk": (1080, 1920)}
_PLACES = """async () => {
    // What observes the size of the stage has had its say two frames later.
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
    return Object.fromEntries([...document.querySelectorAll("[data-testid^=tile-]")].map((tile) => {
        const { left, top, right, bottom } = tile.getBoundingClientRect();
        return [tile.dataset.testid, [left, top, right, bottom].map(Math.round)];
    }));
}"""


async def _places(who: RoomPage) -> dict[str, list[int]]:
    found: dict[str, list[int]] = await who.page.evaluate(_PLACES)
    return found


def _apart(places: dict[str, list[int]], size: tuple[int, int]) -> None:
    """All inside the window and none over another."""
    boxes = list(places.values())
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= size[0], places
        assert 0 <= top < bottom <= size[1], places
    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            beside = one[2] <= other[0] or other[2] <= one[0]
            assert beside or one[3] <= other[1] or other[3] <= one[1], places


async def _layout(who: RoomPage, name: str) -> None:
    await expect(who.by("stage")).to_have_attribute("data-layout", name, timeout=_WITHIN_MS)


def _messages(who: RoomPage) -> Locator:
    return who.by("message")


async def test_layouts_hold_still_and_are_kept(installation: Product, pictures: Path) -> None:
    four = (CHAIR, AGENCY, CITIZEN, SECRETARY)
    async with gathered(installation, "layouts", *four, fps=10) as reception:
        chair, agency, citizen, secretary = await reception.enter()
        await chair.start()
        await secretary.sees(chair, agency, citizen)
        for layout in ("speaker", "grid", "pair"):
            await _layout(secretary, layout)
            for screen, (width, height) in _SCREENS.items():
                await secretary.page.set_viewport_size({"width": width, "height": height})
                await expect(secretary.by("panel")).to_have_count(1 if width == 1366 else 0)
                _apart(await _places(secretary), (width, height))
                await secretary.who.picture(pictures / f"layout-{layout}-{screen}.png")
                if screen == "desk":
                    await secretary.by("panel-close").click()
            await secretary.page.set_viewport_size({"width": 1366, "height": 768})
            await secretary.by("panel-button").click()
            await secretary.page.keyboard.press("l")
        await _layout(secretary, "speaker")
        still = await _places(secretary)
        await chair.open_microphone()
        await expect(secretary.tile(CHAIR.name)).to_have_attribute("data-speaking", "true", timeout=_WITHIN_MS)
        assert await _places(secretary) == still
        await secretary.by("layout-button").click()
        await _layout(secretary, "grid")
        await secretary.page.reload()
        await _layout(secretary, "grid")
        await _layout(citizen, "speaker")


async def test_what_is_written_reaches_whom_it_is_for(installation: Product, pictures: Path) -> None:
    async with gathered(installation, "written", CHAIR, AGENCY, CITIZEN) as reception:
        chair, agency, citizen = await reception.enter()
        await chair.start()
        await chair.by("tab-chat").click()
        await chair.by("chat-text").fill("Hồ sơ thiếu bản đồ")
        await chair.page.keyboard.press("Enter")
        await expect(_messages(chair)).to_have_count(1)
        await chair.by("audience-all").check()
        await chair.by("chat-text").fill("Mời ông trình bày")
        await chair.by("chat-send").click()
        await expect(citizen.by("chat-button")).to_contain_text("1")
        await expect(citizen.by("notices")).to_contain_text(CHAIR.name)

        await citizen.page.keyboard.press("c")
        await expect(_messages(citizen)).to_have_count(1)
        await expect(citizen.by("tab-people")).to_have_count(0)
        await citizen.by("chat-text").press_sequentially("vâm hcl")
        await citizen.microphone("not_permitted")
        await expect(citizen.by("trouble")).to_have_count(0)
        await expect(citizen.by("hand-button")).to_have_attribute("data-state", "lowered")
        await citizen.page.keyboard.press("Enter")
        await expect(_messages(chair)).to_have_count(3)
        await expect(citizen.by("chat-text")).to_have_value("")

        await agency.by("chat-button").click()
        await expect(_messages(agency)).to_have_count(3)
        await chair.who.picture(pictures / "chat-chair.png")
        await citizen.page.set_viewport_size({"width": 360, "height": 740})
        await citizen.who.picture(pictures / "chat-citizen-phone.png")
        for who in (chair, citizen):
            assert await axe_faults(who.page) == []
        kept: list[Any] = await citizen.page.evaluate("window.__room.state.chat.messages.map((one) => one.audience)")
        assert kept == ["all", "all"]
        assert {complaint for who in reception.people for complaint in who.who.complaints} == set()


async def test_a_deputy_takes_the_chair_and_gives_it_back(installation: Product, pictures: Path) -> None:
    async with gathered(installation, "deputy", CHAIR, CITIZEN, SECRETARY) as reception:
        chair, citizen, secretary = await reception.enter()
        await chair.start()
        await expect(secretary.by("take-chair-button")).to_have_count(0)
        await expect(secretary.by("end-button")).to_have_count(0)
        await chair.by("leave-button").click()
        await chair.by("leave-confirm").click()
        await secretary.by("take-chair-button").click(timeout=_WITHIN_MS)
        await secretary.who.picture(pictures / "take-chair.png")
        await secretary.by("take-chair-confirm").click()
        await expect(secretary.by("end-button")).to_be_visible(timeout=_WITHIN_MS)
        await expect(citizen.tile(SECRETARY.name)).to_have_attribute("data-role", "chair")
        await secretary.open_microphone()
        await citizen.sees(secretary)

        await chair.enter(reception.id)
        await expect(chair.tile(CHAIR.name)).to_have_attribute("data-role", "advisor", timeout=_WITHIN_MS)
        await expect(chair.by("end-button")).to_have_count(0)
        await secretary.by("return-chair").click(timeout=_WITHIN_MS)
        await secretary.by("return-chair-confirm").click()
        await expect(secretary.by("end-button")).to_have_count(0)
        await chair.end()
