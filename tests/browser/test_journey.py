"""The whole journey: an office is set up, a reception of two cases is planned, held through a take-over and a restart,
sealed and replayed. docs/journey.md tells it with the pictures taken here; ``make pictures`` copies them."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import Page, expect

from bridge.model import Role
from tests.browser.conftest import CHAIR
from tests.support.journey import Party, Window, comes_in, gathered, kill_web
from tests.support.office_pages import Asked, Guest, PlanningDesk, SetUpDesk, first_sign_in
from tests.support.palette import lighten
from tests.support.product import Product
from tests.support.way_in import Newcomer

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

_WITHIN_MS = 30_000
_LARGEST = 150_000
_MOST = 10
_JOURNEY = Path("docs/journey.md")

_TITLE = "Tiếp công dân xã Kim Liên"
_COMMUNE = "Ủy ban nhân dân xã Kim Liên"
_POINT = "Điểm cầu xã Kim Liên"
_SECRETARY = "Đặng Thị Thư"
_FIRST = "Hồ Văn An"
_SECOND = "Bùi Thị Bình"
_PASSWORD = "bốn từ không ai đoán"


class Told(msgspec.Struct):
    """What is found out on the way. ``at``: moments of the record, in seconds since it began."""

    reception: str
    codes: dict[str, str]
    seats: dict[str, str] = {}
    began: float = 0.0
    at: dict[str, float] = {}

    def note(self, what: str) -> None:
        self.at[what] = time.monotonic() - self.began


@pytest.fixture
async def party(installation: Product) -> AsyncIterator[Party]:
    async with gathered(installation, {"first": _FIRST, "second": _SECOND}) as everybody:
        yield everybody


@pytest.fixture
def taken(pictures: Path) -> Path:
    """Where the pictures go."""
    return pictures / "journey"


async def test_the_whole_journey(installation: Product, party: Party, taken: Path) -> None:
    await _set_up(installation, party, taken)
    told = await _plan(installation, party, taken)
    await _come(installation, party, told, taken)
    await _receive_the_first(party, told, taken)
    await _call_the_second(party, told)
    complaints = {complaint for who in party.everybody for complaint in who.who.complaints}
    assert complaints == set()
    await _take_over(party, taken)
    await _restart(installation, party, told)
    await _end(party)
    _never_saw_each_other(party, told)
    await _replay(installation, party.desk, told, taken)
    _check_pictures(taken)


async def _set_up(installation: Product, party: Party, taken: Path) -> None:
    page = party.desk
    await _sign_in(page, installation, "quantri")
    desk = SetUpDesk(page, installation.origin)
    await desk.own_agency()
    given = await desk.add_person(_SECRETARY, "thu.kimlien", Role.SECRETARY)
    await first_sign_in(party.secretary.page, installation.origin, "thu.kimlien", given, _PASSWORD)
    await desk.add_agency(_COMMUNE, "commune")
    agency = page.url.partition("?")[0]
    await desk.add_point(_POINT, "Phòng tiếp công dân, tầng 1")
    given = await desk.add_point_account(_POINT, "dc.kimlien", Role.AGENCY)
    await first_sign_in(party.agency.page, installation.origin, "dc.kimlien", given, _PASSWORD)
    await page.goto(agency)
    await expect(page.locator("main")).to_contain_text("dc.kimlien")
    await page.evaluate("document.querySelector('main h2').scrollIntoView({ behavior: 'instant' })")
    await page.screenshot(path=taken / "agency.png")
    await _sign_in(party.chair.page, installation, CHAIR.login)


async def _sign_in(page: Page, installation: Product, login: str) -> None:
    await page.goto(f"{installation.origin}/sign-in")
    await page.fill("[name=login]", login)
    await page.fill("[name=password]", installation.passwords[login])
    await page.click("main form button")
    await page.wait_for_url("**/today*")


async def _plan(installation: Product, party: Party, taken: Path) -> Told:
    page = party.secretary.page
    desk = PlanningDesk(page)
    seats = {CHAIR.name: Role.CHAIR, _SECRETARY: Role.SECRETARY, _POINT: Role.AGENCY}
    guests = (Guest(_FIRST, 1), Guest(_SECOND, 2, at=_POINT))
    await desk.fills(Asked(_TITLE, seats, ("Đất ở thôn Sen", "Đường vào xóm Mậu"), guests))
    await page.locator("#people").scroll_into_view_if_needed()
    await page.screenshot(path=taken / "planning.png")
    reception = await desk.sends()
    codes = await desk.invitations((_FIRST, _SECOND))
    assert await desk.pages_on_paper() == 2
    await page.get_by_test_id("sheet").first.screenshot(path=taken / "invitation.png")
    return Told(reception, codes)


async def _come(installation: Product, party: Party, told: Told, taken: Path) -> None:
    """Doors, device check, notice, waiting; the chair and the secretary walk in."""
    chair, phone = party.chair, party.first.page

    async def look(station: str) -> None:
        if station in ("check", "notice"):
            await phone.screenshot(path=taken / f"phone-{station}.png")

    await chair.page.goto(f"{installation.origin}/today")
    card = chair.page.locator("li.card", has_text=_TITLE)
    await card.locator("form[action$='/open'] button").click()
    first = Newcomer(phone, look)
    await first.types(installation.origin, told.codes[_FIRST])
    await first.prepares()
    second = Newcomer(party.second.page)
    await second.page.goto(f"{installation.origin}/enter/{told.codes[_SECOND]}")
    await second.prepares()
    await comes_in(party.agency, installation.origin, told.reception)
    await chair.enter(told.reception)
    await party.secretary.enter(told.reception)
    for name in (_FIRST, _SECOND, _POINT):
        await expect(chair.waiting_row(name)).to_be_visible(timeout=_WITHIN_MS)


async def _receive_the_first(party: Party, told: Told, taken: Path) -> None:
    chair, agency, first = party.chair, party.agency, party.first
    await chair.start()
    told.began = time.monotonic()
    await expect(first.by("waiting-turn")).to_be_visible(timeout=_WITHIN_MS)
    await first.who.picture(taken / "phone-waiting.png")
    told.seats[_SECOND] = await _seat_of(chair, _SECOND)
    for name in (_POINT, _FIRST):
        told.seats[name] = await chair.admits(name)
    for who in (agency, first):
        await expect(who.by("room")).to_be_visible(timeout=_WITHIN_MS)
    await chair.sees(agency, first, party.secretary)
    await first.sees(chair, agency)
    await first.microphone("not_permitted")
    await chair.give_floor(_FIRST)
    await first.by("speak").click()
    await first.microphone("open")
    await agency.hears(first)
    await _write(chair, agency, first)
    await chair.by("tab-people").click()
    await expect(chair.waiting_row(_SECOND)).to_be_visible()
    await chair.quiet()
    await chair.who.picture(taken / "room-chair.png")
    told.note("first")


async def _write(chair: Window, agency: Window, first: Window) -> None:
    """Among those who are in the room."""
    asked, answered = "Mời ông trình bày ngắn gọn", "Tôi gửi kèm bản đồ thửa đất"
    await chair.writes(asked, "all")
    await first.writes(answered)
    await first.reads(asked)
    await agency.by("chat-button").click()
    await agency.reads(answered)


async def _seat_of(window: Window, name: str) -> str:
    return (await window.waiting_row(name).get_attribute("data-testid") or "").removeprefix("waiting-")


async def _call_the_second(party: Party, told: Told) -> None:
    """A leaves before B comes in; A comes back with a question and waits."""
    chair, agency, first, second = party.chair, party.agency, party.first, party.second
    await expect(second.by("waiting")).to_be_visible()
    bar = chair.page.locator("footer.dc-bar")
    high = await bar.bounding_box()
    await chair.by("next-case-button").click()
    await expect(first.by("over")).to_have_attribute("data-how", "case_over", timeout=_WITHIN_MS)
    await expect(second.by("room")).to_be_visible(timeout=_WITHIN_MS)
    await chair.sees(agency, second, party.secretary)
    assert await bar.bounding_box() == high  # also on the last case: nothing jumps
    await second.sees(chair, agency, party.secretary)
    await second.by("chat-button").click()
    await expect(second.by("chat-text")).to_be_visible()
    await expect(second.by("message")).to_have_count(0)
    await first.by("over-onward").click()
    await expect(first.by("after")).to_have_attribute("data-how", "left", timeout=_WITHIN_MS)
    await first.by("again").click()
    await Newcomer(first.page).waits()
    await chair.by("tab-people").click()
    await expect(chair.waiting_row(_FIRST)).to_be_visible(timeout=_WITHIN_MS)
    await chair.give_floor(_SECOND)
    await second.by("speak").click()
    await second.microphone("open")
    await agency.hears(second)
    told.note("second")


async def _take_over(party: Party, taken: Path) -> None:
    """The chair's browser closes; nobody has to be told, the button is there."""
    secretary = party.secretary
    await expect(secretary.by("take-chair-button")).to_have_count(0)
    await secretary.quiet()
    await party.chair.who.context.close()
    await expect(secretary.by("take-chair-button")).to_be_visible(timeout=_WITHIN_MS)
    await secretary.who.picture(taken / "take-over.png")
    await secretary.by("take-chair-button").click()
    await secretary.by("take-chair-confirm").click()
    await expect(secretary.by("end-button")).to_be_visible(timeout=_WITHIN_MS)
    await expect(party.second.tile(_SECRETARY)).to_have_attribute("data-role", "chair", timeout=_WITHIN_MS)
    await secretary.open_microphone()
    await party.second.hears(secretary)


async def _restart(installation: Product, party: Party, told: Told) -> None:
    """Web is killed; everybody comes back by themselves to what was: case, floor, time, who waits."""
    secretary, agency = party.secretary, party.agency
    there = party.everybody[1:]  # the chair is gone
    before = {who.code: who.names.sockets for who in there}
    elapsed = await _seconds(secretary)
    await kill_web(installation)
    for who in there:
        await _back(who, before[who.code])
    for who in (secretary, agency, party.second):
        await who.recording("recording")
    assert await _seconds(secretary) >= elapsed
    await secretary.by("tab-agenda").click()
    await expect(secretary.by("case-1")).to_have_attribute("data-stage", "done")
    await expect(secretary.by("case-2")).to_have_attribute("data-stage", "now")
    await secretary.by("tab-people").click()
    await expect(secretary.waiting_row(_FIRST)).to_have_attribute("data-state", "connected", timeout=_WITHIN_MS)
    await expect(secretary.by("waiting-list").locator("li")).to_have_count(1)
    await expect(party.first.by("waiting")).to_be_visible()
    await party.second.microphone("closed")  # the floor stays; nobody is heard again without pressing
    await party.second.open_microphone()
    await secretary.sees(agency, party.second)
    await party.second.sees(secretary, agency)
    await agency.hears(party.second)
    told.note("restarted")


async def _back(who: Window, sockets: int) -> None:
    """On another socket than before."""
    async with asyncio.timeout(30):
        while who.names.sockets <= sockets:  # noqa: ASYNC110  the browser tells it by an event of its own
            await asyncio.sleep(0.05)
    await who.holds()


async def _seconds(who: Window) -> int:
    hours, minutes, seconds = map(int, (await who.by("elapsed").inner_text()).split(":"))
    return hours * 3600 + minutes * 60 + seconds


async def _end(party: Party) -> None:
    await party.secretary.end()
    for who in (party.agency, *party.citizens):
        await expect(who.by("over")).to_have_attribute("data-how", "closed", timeout=_WITHIN_MS)
    for who in party.citizens:
        await who.by("over-onward").click()
        await expect(who.by("after")).to_have_attribute("data-how", "ended", timeout=_WITHIN_MS)


def _never_saw_each_other(party: Party, told: Told) -> None:
    """Not in the DOM, not for a moment, and nothing over the socket that a program could show."""
    for who, own, other in ((party.first, _FIRST, _SECOND), (party.second, _SECOND, _FIRST)):
        assert who.names.stood == {own}
        assert who.names.came(told.seats[own])
        assert not who.names.came(other)
        assert not who.names.came(told.seats[other])


async def _replay(installation: Product, page: Page, told: Told, taken: Path) -> None:
    """By the archivist, in the window that was the administrator's."""
    await page.get_by_test_id("sign-out").click()
    await _sign_in(page, installation, "luutru")
    row = page.locator("tr", has_text=_TITLE)
    async with asyncio.timeout(60):
        while True:
            await page.goto(f"{installation.origin}/archive")
            if await row.count():
                break
            await asyncio.sleep(1)
    await row.get_by_role("link").click()
    await page.fill("[name=purpose]", "Xem lại để lập biên bản")
    await page.click("main form button")
    await expect(page.get_by_test_id("player")).to_be_visible(timeout=_WITHIN_MS)
    await _shows(page, told.at["first"], [1, 2, 3, 5])
    await page.screenshot(path=taken / "player.png")
    await _shows(page, told.at["second"], [1, 2, 4, 5])
    await _shows(page, told.at["restarted"], [2, 4, 5])
    await page.get_by_test_id("verify-button").click()
    await expect(page.get_by_test_id("verification")).to_contain_text("Còn nguyên vẹn", timeout=_WITHIN_MS)
    await page.get_by_test_id("proof-link").click()
    await page.click("form[action$='/proof'] button")
    await expect(page.get_by_test_id("checks")).to_contain_text("không có lỗi", timeout=_WITHIN_MS)
    await expect(page.get_by_test_id("running")).to_have_count(0, timeout=_WITHIN_MS)
    await page.screenshot(path=taken / "proof.png")


async def _shows(page: Page, at_s: float, codes: list[int]) -> None:
    """From shortly before this moment of the record, until these people's pictures stand at once."""
    ms = max(0, (at_s - 2) * 1000)
    await page.evaluate("(ms) => { __player.seek(ms); __player.play(); }", ms)
    await page.wait_for_function(
        """([ms, ...codes]) => {
            // On a busy machine the moment may be over before all pictures stood at once: it is played again.
            if (!__player.running || __player.currentTime > ms + 10_000) { __player.seek(ms); __player.play(); }
            const shown = document.querySelectorAll("[data-testid^=play-tile-][data-missing=''] video");
            const walls = new Set([...shown].map(portraits.wall));
            return codes.every((code) => walls.has(code));
        }""",
        arg=[ms, *codes],
        timeout=_WITHIN_MS,
        polling=200,
    )


def _check_pictures(taken: Path) -> None:
    for picture in taken.glob("*.png"):
        lighten(picture)
    named = set(re.findall(r"\(pictures/journey/([^)]+)\)", _JOURNEY.read_text(encoding="utf-8")))
    sizes = {picture.name: picture.stat().st_size for picture in taken.glob("*.png")}
    assert set(sizes) == named
    assert len(sizes) <= _MOST
    assert {name: size for name, size in sizes.items() if size >= _LARGEST} == {}
