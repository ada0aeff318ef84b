"""Two citizens with a code and a telephone each: they come, wait, are called one after another, and never meet."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Page, expect

from bridge.commands import OpenDoors, ScheduleReception
from bridge.ids import CaseId
from bridge.model import AdmitRule, AgendaItem, ReceptionKind
from bridge.policy import SYSTEM
from bridge.receptions import ReceptionService
from deploy.folder import DataFolder
from deploy.time import SystemClock, SystemEntropy
from signaling.notices import InProcessNotices
from storage.build import StorageConfig
from storage.build import build as build_storage
from storage.secretbox import AesSecretBox
from tests.browser.conftest import CHAIR
from tests.support.axe import axe_faults
from tests.support.browser import Publishes, chromium, person
from tests.support.product import Product, Visitor
from tests.support.receptions import CHAIR as CHAIR_SEAT
from tests.support.room_page import RoomPage
from tests.support.waiting import FIRST, SECOND, invited
from tests.support.way_in import Newcomer

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

_WITHIN_MS = 30_000
_PHONE = (360, 740)


class Waits(msgspec.Struct, frozen=True):
    """A reception with its doors open, and the codes of its two citizens."""

    id: str
    codes: tuple[str, str]


async def waits(running: Product, chair: Visitor) -> Waits:
    """Made beside the pages that print invitations: by the services they use."""
    folder, clock, entropy = DataFolder(running.folder), SystemClock(), SystemEntropy()
    storage = build_storage(StorageConfig(folder.database_url, running.folder / "objects"), clock)
    account = (await chair.accounts())[CHAIR.name]
    async with storage.units.reading() as unit:
        agency = (await unit.accounts.get(account)).agency
    seats = (msgspec.structs.replace(CHAIR_SEAT, account=account, name=CHAIR.name), FIRST, SECOND)
    cases = (
        AgendaItem(1, CaseId(entropy.id()), "Đất ở Kim Liên", (FIRST.id,)),
        AgendaItem(2, CaseId(entropy.id()), "Đường vào xã", (SECOND.id,)),
    )
    now = clock.utc()
    service = ReceptionService(storage.units, clock, entropy, InProcessNotices())
    command = ScheduleReception(
        "Tiếp hai công dân", agency, "Ban Tiếp công dân", ReceptionKind.AD_HOC, now, seats, cases, AdmitRule.BY_OFFICE
    )
    made = await service.schedule(SYSTEM, command)
    await service.execute(SYSTEM, made.id, OpenDoors())
    box = AesSecretBox(folder.secret("factors"), entropy)
    codes = [await invited(storage.units, box, clock, entropy, made, seat) for seat in (FIRST, SECOND)]
    await storage.close()
    return Waits(made.id, (codes[0], codes[1]))


class Citizen(Newcomer):
    """Somebody with a telephone and a paper. Everything that comes over the socket is kept."""

    def __init__(self, page: Page, origin: str) -> None:
        super().__init__(page, self._fine)
        self._origin = origin
        self.heard: list[str] = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: self.heard.append(str(frame))))

    async def comes(self, code: str, *, typed: bool) -> None:
        """By the way in, one thing a page, until they wait."""
        if typed:
            await self.types(self._origin, code)
        else:
            await self.page.goto(f"{self._origin}/enter/{code}")
        await self.prepares()

    async def _fine(self, station: str) -> None:
        """Nothing sticks out of the telephone's screen, and nothing is missing for those who listen."""
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not await self.page.evaluate(wide), (station, self.page.url)
        assert await axe_faults(self.page) == [], (station, self.page.url)


@pytest.fixture
async def people(installation: Product) -> AsyncIterator[tuple[RoomPage, Citizen, Citizen, Waits]]:
    async with AsyncExitStack() as stack:
        reader = await stack.enter_async_context(installation.reader(CHAIR.login))
        made = await waits(installation, reader)
        browser = await stack.enter_async_context(chromium())
        at_centre = await stack.enter_async_context(person(browser, Publishes(1, "Chu tri")))
        chair = await RoomPage(at_centre, installation, CHAIR.login).sign_in()
        citizens = []
        for code, mark in ((2, "An"), (3, "Binh")):
            who = await stack.enter_async_context(person(browser, Publishes(code, mark), *_PHONE))
            citizens.append(Citizen(who.page, installation.origin))
        yield chair, citizens[0], citizens[1], made


async def test_two_citizens_are_received_one_after_another_and_never_meet(
    people: tuple[RoomPage, Citizen, Citizen, Waits], pictures: Path
) -> None:
    chair, first, second, made = people
    await chair.enter(made.id)
    await first.comes(made.codes[0], typed=True)
    await second.comes(made.codes[1], typed=False)
    await second.page.screenshot(path=pictures / "waiting-telephone.png")
    await chair.start()
    await expect(second.by("waiting-turn")).to_contain_text("2")
    await expect(second.by("waiting-turn")).to_contain_text("còn: 1")

    row = chair.page.get_by_test_id(f"waiting-{FIRST.id}")
    await row.get_by_test_id("message").locator("summary").click()
    await row.locator("textarea").first.fill("Xin chờ một phút")
    await row.get_by_test_id("message-send").click()
    await expect(first.by("waiting-message")).to_contain_text("một phút", timeout=_WITHIN_MS)
    await chair.who.picture(pictures / "waiting-list-chair.png")
    await row.get_by_test_id("admit").click()
    await expect(first.by("room")).to_be_visible(timeout=_WITHIN_MS)
    await chair.who.advancing([2])

    await second.page.reload()
    await expect(second.by("waiting")).to_be_visible(timeout=_WITHIN_MS)
    await chair.by("next-case-button").click()
    await expect(first.by("over")).to_have_attribute("data-how", "case_over", timeout=_WITHIN_MS)
    await expect(second.by("room")).to_be_visible(timeout=_WITHIN_MS)
    await chair.who.advancing([3])
    await first.by("over-onward").click()
    await expect(first.by("after")).to_have_attribute("data-how", "left", timeout=_WITHIN_MS)

    await chair.end()
    await expect(second.by("over")).to_have_attribute("data-how", "closed", timeout=_WITHIN_MS)
    await second.by("over-onward").click()
    await expect(second.by("after")).to_have_attribute("data-how", "ended", timeout=_WITHIN_MS)
    for heard, other in ((first.heard, SECOND), (second.heard, FIRST)):
        assert heard
        assert not [frame for frame in heard if other.name in frame or other.id in json.dumps(frame)]


async def test_a_second_device_asks_and_the_first_is_told_where_it_went(
    people: tuple[RoomPage, Citizen, Citizen, Waits],
) -> None:
    chair, first, other, made = people
    await chair.enter(made.id)
    await first.comes(made.codes[0], typed=True)
    await other.page.goto(first.page.url.replace("/enter/room", f"/enter/{made.codes[0]}"))
    await other.by("yes-me").click()
    await expect(other.by("check-camera").locator("[data-tone=good]")).to_be_visible(timeout=_WITHIN_MS)
    await expect(other.by("check-line").locator("[data-tone=good]")).to_be_visible(timeout=_WITHIN_MS)
    await other.by("onward").click()
    await other.by("take-over").click(timeout=_WITHIN_MS)
    await expect(other.by("waiting")).to_be_visible(timeout=_WITHIN_MS)
    await expect(first.by("over")).to_have_attribute("data-how", "replaced", timeout=_WITHIN_MS)
    await expect(first.by("over-reason")).to_contain_text("Linux")
    row = chair.page.get_by_test_id(f"waiting-{FIRST.id}")
    await expect(row).to_contain_text("thiết bị thứ hai", timeout=_WITHIN_MS)
    await row.get_by_test_id("dismiss").locator("summary").click()
    await row.locator("textarea").last.fill("Gây mất trật tự")
    await row.get_by_test_id("dismiss-confirm").click()
    await expect(other.by("over")).to_have_attribute("data-how", "dismissed", timeout=_WITHIN_MS)
    await other.page.goto(f"{chair.page.url.partition('/receptions')[0]}/enter/next")
    await expect(other.by("after")).to_have_attribute("data-how", "dismissed", timeout=_WITHIN_MS)
