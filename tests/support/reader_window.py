"""One browser window of somebody who follows README: presses what it names, and looks at pictures by whose they are."""

import re
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from tests.support.browser import Person

README = Path("README.md")
PORTRAIT = Path(__file__).with_name("portrait.js")
_WITHIN_MS = 30_000


def word(said: str) -> str:
    """A button or heading as README names it, in bold. Raises LookupError when it does not (any longer)."""
    if f"**{said}**" not in README.read_text(encoding="utf-8"):
        raise LookupError(f"README names no “{said}”")
    return said


class ReaderWindow:
    """A person whose camera is a calm portrait; ``code`` says whose."""

    def __init__(self, who: Person, origin: str) -> None:
        self.who = who
        self.page = who.page
        self.code = who.publishes.code
        self._origin = origin

    async def sign_in(self, login: str, password: str) -> None:
        """From the address the program printed."""
        await self.who.context.add_init_script(path=PORTRAIT)
        await self.page.goto(self._origin)
        await self.page.fill("[name=login]", login)
        await self.page.fill("[name=password]", password)
        await self.press("Đăng nhập", named=False)
        await expect(self.page.get_by_role("button", name=word("Đăng xuất"))).to_be_visible()

    async def sign_out(self) -> None:
        """So that another may use the window."""
        await self.press("Đăng xuất", "header")
        await expect(self.page.locator("[name=login]")).to_be_visible()

    async def press(self, said: str, where: str = "main", *, named: bool = True) -> None:
        """The button or link of README's name (``named`` False: of one it does not name)."""
        name = re.compile(rf"^\s*{re.escape(word(said) if named else said)}\s*(:.*)?$", re.DOTALL)
        scope = self.page.locator(where)
        control = scope.get_by_role("button", name=name).or_(scope.get_by_role("link", name=name))
        await expect(control.first).to_be_enabled(timeout=_WITHIN_MS)
        await control.first.click()

    async def go_in(self) -> None:
        """From the reception's page, through the choice of devices, into the room."""
        await self.press("Vào phòng")
        for device in ("device-camera", "device-microphone"):
            await expect(self.by(device)).to_have_attribute("data-state", "ready", timeout=_WITHIN_MS)
        await self.press("Vào phòng", "[data-testid=prejoin]")
        await expect(self.by("prejoin")).to_have_count(0, timeout=_WITHIN_MS)

    async def microphone(self, state: str) -> None:
        """Until my own is in this state."""
        await expect(self.by("mic-button")).to_have_attribute("data-state", state, timeout=_WITHIN_MS)

    async def sees(self, *others: "ReaderWindow") -> None:
        """Until a tile of each shows that person's room, and its picture advances."""
        await portraits_advance(self.page, [other.code for other in others])

    def by(self, test_id: str) -> Locator:
        """An element by its test id."""
        return self.page.get_by_test_id(test_id)


async def portraits_advance(page: Page, codes: Sequence[int]) -> None:
    """Until each of these people's rooms is seen, and five pictures came since this was asked."""
    await page.evaluate("window.firstFrames = {}")
    await page.wait_for_function(_PICTURES_ADVANCE, arg=list(codes), timeout=_WITHIN_MS, polling=200)


_PICTURES_ADVANCE = """(codes) => {
    const first = window.firstFrames;
    const moved = marks.videos().filter((video) => {
        const code = portraits.wall(video);
        const frames = video.getVideoPlaybackQuality().totalVideoFrames;
        const key = `${code} ${codes}`;
        first[key] ??= frames;
        return frames > first[key] + 5;
    });
    return codes.every((code) => moved.some((video) => portraits.wall(video) === code));
}"""
