"""Three people in three browsers, in the real product: they see and hear each other, and what happens is recorded."""

import asyncio
from pathlib import Path

import pytest

from tests.browser.conftest import Reception
from tests.support.room_page import RoomPage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


async def _hears(who: RoomPage, other: RoomPage) -> None:
    """Until the tone of ``other`` and of nobody else is heard by ``who``."""
    heard: dict[int, float] = {}
    async with asyncio.timeout(30):
        while heard.get(other.code, 0) < 0.02:
            heard = await who.who.hears(range(1, 7))
    assert max(heard, key=lambda code: heard[code]) == other.code, heard


async def _silent(who: RoomPage) -> None:
    """Until ``who`` hears nobody."""
    async with asyncio.timeout(30):
        while max((await who.who.hears(range(1, 7))).values(), default=0) > 0.005:
            pass  # each look takes a third of a second


async def test_they_see_and_hear_each_other(reception: Reception, pictures: Path) -> None:
    chair, agency, citizen = await reception.enter()
    await chair.sees(agency)
    await agency.sees(chair)
    await chair.start()
    for who, others in ((chair, (agency, citizen)), (agency, (chair, citizen)), (citizen, (chair, agency))):
        await who.sees(*others)
    await chair.open_microphone()
    await _hears(citizen, chair)
    await _hears(agency, chair)
    for who in reception.people:
        await who.who.picture(pictures / f"three-{who.login}.png")
    await chair.page.get_by_test_id("mic-button").click()
    await chair.microphone("closed")
    await _silent(citizen)
    assert {complaint for who in reception.people for complaint in who.who.complaints} == set()


async def test_floor_permits_and_its_owner_opens(reception: Reception) -> None:
    chair, agency, citizen = await reception.enter()
    await chair.start()
    await citizen.microphone("not_permitted")
    await chair.give_floor("Công Dân")
    await citizen.microphone("closed")
    await _silent(agency)
    await citizen.open_microphone()
    await _hears(agency, citizen)
    await chair.take_floor("Công Dân")
    await citizen.microphone("not_permitted")
    await _silent(agency)


async def test_screen_comes_and_goes(reception: Reception, pictures: Path) -> None:
    chair, agency, citizen = await reception.enter()
    await chair.start()
    await citizen.sees(chair, agency)
    await agency.share_screen()
    screen = citizen.page.locator("[data-testid^=screen-] video")
    await screen.wait_for(state="visible", timeout=30_000)
    await citizen.page.wait_for_function(
        "() => marks.videos().some((video) => video.videoWidth === 640 && marks.readMark(video)?.code === 2)",
        timeout=30_000,
    )
    await citizen.who.picture(pictures / "screen-citizen.png")
    await agency.stop_sharing()
    await screen.wait_for(state="detached", timeout=30_000)
    await citizen.sees(chair, agency)


async def test_reload_returns(reception: Reception) -> None:
    chair, agency, citizen = await reception.enter()
    await chair.start()
    await citizen.sees(chair, agency)
    await agency.page.reload()
    await agency.sees(chair, citizen)
    await chair.sees(agency, citizen)
    await citizen.sees(chair, agency)
