"""README's first ten minutes to the letter: what it names is pressed here, and its pictures are taken on the way.

``make pictures`` copies them to docs/pictures.
"""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.support.browser import Publishes, chromium, person
from tests.support.product import Product, product
from tests.support.reader_window import README, ReaderWindow, word

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

_LARGEST = 300_000
_TITLE = "Buổi tiếp công dân trực tuyến (mẫu)"
_CITIZEN = "Nguyễn Văn Công Dân"
_WITHIN_MS = 30_000
_WELL_UNDER_WAY = re.compile("^00:(00:(1[4-9]|[2-5].)|0[1-9]:..)$")
"""So that the citizen's words are seen on the player's time bar."""


@pytest.fixture
async def fresh(tmp_path: Path) -> AsyncIterator[Product]:
    """An installation at its first start, as README's reader has it."""
    async with product(tmp_path / "data") as running:
        yield running


@pytest.fixture
async def windows(fresh: Product) -> AsyncIterator[tuple[ReaderWindow, ...]]:
    """Three that do not share cookies: chair, agency, citizen."""
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium())
        publish = [Publishes(code, "", 640, 360, 12) for code in (1, 2, 3)]
        people = [await stack.enter_async_context(person(browser, one)) for one in publish]
        yield tuple(ReaderWindow(who, fresh.origin) for who in people)


@pytest.fixture
def taken(pictures: Path) -> Path:
    """Where the pictures go."""
    return pictures / "readme"


async def test_the_first_ten_minutes(fresh: Product, windows: tuple[ReaderWindow, ...], taken: Path) -> None:
    chair, agency, citizen = windows
    await _open_the_doors(chair, fresh)
    await _come_in(chair, agency, citizen, fresh, taken)
    await _begin(chair, agency, citizen)
    await _let_the_citizen_speak(chair, agency, citizen, taken)
    await _end(*windows)
    await _replay(chair, fresh, taken)
    complaints = {complaint for who in windows for complaint in who.who.complaints}
    assert complaints == set()
    _check_pictures(taken)


async def _open_the_doors(chair: ReaderWindow, fresh: Product) -> None:
    await chair.sign_in("chutri", fresh.passwords["chutri"])
    await expect(chair.page.get_by_role("heading", level=1)).to_contain_text(word("Hôm nay"))
    await chair.page.get_by_role("link", name=_TITLE, exact=True).click()
    await chair.press("Mở phòng")


async def _come_in(
    chair: ReaderWindow, agency: ReaderWindow, citizen: ReaderWindow, fresh: Product, taken: Path
) -> None:
    await chair.go_in()
    for guest, login in ((agency, "coquan"), (citizen, "congdan")):
        await guest.sign_in(login, fresh.passwords[login])
        await guest.page.get_by_role("link", name=_TITLE, exact=True).click()
        await guest.go_in()
    await chair.sees(agency)
    await agency.sees(chair)
    await expect(citizen.by("held")).to_be_visible(timeout=_WITHIN_MS)
    await citizen.microphone("not_begun")
    await citizen.who.picture(taken / "waiting-citizen.png")


async def _begin(chair: ReaderWindow, agency: ReaderWindow, citizen: ReaderWindow) -> None:
    await chair.press("Bắt đầu buổi tiếp", "[data-testid=room]")
    await chair.by("start-reason").fill("Buổi tiếp thử, chưa có kiểm tra sẵn sàng")
    await chair.press("Bắt đầu buổi tiếp", "dialog")
    for who in (chair, agency, citizen):
        await expect(who.by("recording-state")).to_contain_text(word("ĐANG GHI"), timeout=_WITHIN_MS)
    await expect(chair.by("elapsed")).to_have_text(re.compile("^00:00:(0[2-9]|[1-5].)$"), timeout=_WITHIN_MS)
    await chair.sees(agency, citizen)
    await agency.sees(chair, citizen)
    await citizen.sees(chair, agency)


async def _let_the_citizen_speak(chair: ReaderWindow, agency: ReaderWindow, citizen: ReaderWindow, taken: Path) -> None:
    await citizen.microphone("not_permitted")
    row = chair.by("panel").locator("[data-testid^=person-]", has_text=_CITIZEN)
    await row.get_by_role("button", name=word("Mời phát biểu")).click()
    await citizen.microphone("closed")
    await citizen.press("Bật micrô", "[data-testid=room]")
    await citizen.microphone("open")
    await _hears(agency, citizen)
    await expect(chair.by("elapsed")).to_have_text(_WELL_UNDER_WAY, timeout=_WITHIN_MS)
    await expect(chair.by("notices").locator("[data-kind]")).to_have_count(0, timeout=_WITHIN_MS)
    await chair.who.picture(taken / "room-chair.png")
    await row.get_by_role("button", name=word("Thôi mời phát biểu")).click()
    await citizen.microphone("not_permitted")


async def _hears(who: ReaderWindow, other: ReaderWindow) -> None:
    async with asyncio.timeout(30):
        while (await who.who.hears([other.code]))[other.code] < 0.02:
            pass  # each look takes a third of a second


async def _end(chair: ReaderWindow, *others: ReaderWindow) -> None:
    await chair.press("Kết thúc buổi tiếp", "[data-testid=room]")
    await chair.press("Kết thúc buổi tiếp", "dialog")
    for who in (chair, *others):
        await expect(who.by("over")).to_have_attribute("data-how", "closed", timeout=_WITHIN_MS)


async def _replay(window: ReaderWindow, fresh: Product, taken: Path) -> None:
    """In the chair's window, who has signed out."""
    page = window.page
    await page.goto(fresh.origin)
    await window.sign_out()
    await window.sign_in("luutru", fresh.passwords["luutru"])
    row = page.locator("tr", has_text=_TITLE).get_by_role("link")
    async with asyncio.timeout(30):
        while True:
            await window.press("Kho lưu trữ", "header")
            if await row.count():
                break
            await asyncio.sleep(1)
    await row.click()
    await page.fill("[name=purpose]", "Xem lại để lập biên bản")
    await window.press("Mở bản ghi", named=False)
    await window.press("Phát", "[data-testid=player]")
    await page.wait_for_function(_THREE_PLAY, timeout=_WITHIN_MS, polling=200)
    await window.who.picture(taken / "player.png")
    await window.press("Kiểm tra toàn vẹn", "[data-testid=player]")
    await expect(window.by("verification")).to_contain_text("Còn nguyên vẹn", timeout=_WITHIN_MS)
    await _verify(page.url.rstrip("/").rsplit("/", 1)[-1].partition("?")[0], fresh)


_THREE_PLAY = """() => {
    // On a busy machine a short record may be over before all three pictures stood at once: it is played again.
    if (!__player.running) { __player.seek(8000); __player.play(); }
    const walls = new Set(marks.videos().filter((video) => video.currentTime > 8).map(portraits.wall));
    return [1, 2, 3].every((code) => walls.has(code));
}"""


async def _verify(recording: str, fresh: Product) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.cli", "verify", recording, "--data", str(fresh.folder)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()


def _check_pictures(taken: Path) -> None:
    named = set(re.findall(r"\(docs/pictures/([^)]+)\)", README.read_text(encoding="utf-8")))
    sizes = {picture.name: picture.stat().st_size for picture in taken.glob("*.png")}
    assert set(sizes) == named
    assert {name: size for name, size in sizes.items() if size >= _LARGEST} == {}
