"""Chromium for tests: Debian's, headless, each person in a context of their own, publishing marks.

No browser is downloaded. The flags keep it from calling home, give devices without asking, and let media flow over
loopback.
"""

import json
import shutil
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright

from deploy.marks import Mark

FLAGS = (
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
    # Six people live in one browser: none of them may be slowed for being out of sight.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-features=IntensiveWakeUpThrottling",
)
_SCRIPT = Path(__file__).with_name("marks.js")


def chromium_path() -> str | None:
    """Debian's Chromium, when it is installed."""
    return shutil.which("chromium")


@asynccontextmanager
async def chromium(headless: bool = True) -> AsyncIterator[Browser]:
    """A running browser; closed at the end. Raises RuntimeError when none is installed."""
    path = chromium_path()
    if path is None:
        raise RuntimeError("chromium is not installed (apt-get install chromium)")
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, args=list(FLAGS), headless=headless)
        try:
            yield browser
        finally:
            await browser.close()


class Publishes(msgspec.Struct, frozen=True):
    """What a person's browser shows instead of its camera."""

    code: int
    name: str
    width: int = 320
    height: int = 180
    fps: int = 25
    offset_ms: float = 0.0
    pauses: bool = False
    """Its tone is silent for three of four seconds, without beeps."""

    def script(self) -> str:
        """The settings that marks.js reads."""
        settings: dict[str, Any] = msgspec.to_builtins(self)
        settings["offsetMs"] = settings.pop("offset_ms")
        return f"window.diemcauMark = {json.dumps(settings)};"


class Person:
    """One browser context and its page."""

    def __init__(self, context: BrowserContext, page: Page, publishes: Publishes) -> None:
        self.context = context
        self.page = page
        self.publishes = publishes
        self.complaints: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def marks(self) -> list[Mark]:
        """The marks in all videos that a person would see now."""
        found = await self.page.evaluate("marks.videos().map((video) => marks.readMark(video)).filter(Boolean)")
        return [msgspec.convert(mark, Mark) for mark in found]

    async def seen(self, codes: Iterable[int], seconds: float = 30.0) -> dict[int, Mark]:
        """Wait until each of these participants' pictures is seen; the marks by code.

        Raises playwright's TimeoutError.
        """
        await self.page.wait_for_function(
            """(codes) => {
                const seen = marks.videos().map((video) => marks.readMark(video)?.code);
                return codes.every((code) => seen.includes(code));
            }""",
            arg=list(codes),
            timeout=seconds * 1000,
            polling=100,
        )
        return {mark.code: mark for mark in await self.marks()}

    async def advancing(self, codes: Iterable[int], seconds: float = 30.0) -> None:
        """Wait until the frame counter of each of these participants has moved."""
        first = await self.seen(codes, seconds)
        await self.page.wait_for_function(
            """(first) => {
                const moved = new Set();
                for (const mark of marks.videos().map((video) => marks.readMark(video)))
                    if (mark && mark.code in first && mark.frame !== first[mark.code]) moved.add(mark.code);
                return moved.size === Object.keys(first).length;
            }""",
            arg={code: mark.frame for code, mark in first.items()},
            timeout=seconds * 1000,
            polling=100,
        )

    async def hears(self, codes: Iterable[int]) -> dict[int, float]:
        """How strong each participant's tone is in what the page plays (the strongest element counts)."""
        found = await self.page.evaluate(
            """async (codes) => {
                const heard = await Promise.all(marks.players().map((player) => marks.hear(player, codes)));
                const loudest = (code) => Math.max(0, ...heard.map((one) => one[code] ?? 0));
                return Object.fromEntries(codes.map((code) => [code, loudest(code)]));
            }""",
            list(codes),
        )
        return {int(code): amplitude for code, amplitude in found.items()}

    async def frames_decoded(self) -> dict[str, int]:
        """Per peer connection that the page keeps in ``window.diemcauPeers``: frames decoded so far, by m-line."""
        found: dict[str, int] = await self.page.evaluate(
            """async () => {
                const found = {};
                for (const peer of window.diemcauPeers ?? [])
                    for (const report of (await peer.getStats()).values())
                        if (report.type === "inbound-rtp" && report.kind === "video")
                            found[report.mid] = report.framesDecoded;
                return found;
            }"""
        )
        return found

    async def picture(self, path: Path) -> Path:
        """A screenshot of what this person sees."""
        path.parent.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=path)
        return path

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location['url']})")


@asynccontextmanager
async def person(
    browser: Browser, publishes: Publishes, width: int = 1366, height: int = 768, locale: str = "vi-VN"
) -> AsyncIterator[Person]:
    """A person with cookies of their own. Every RTCPeerConnection of the page is kept in ``window.diemcauPeers``."""
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        locale=locale,
        timezone_id="Asia/Ho_Chi_Minh",
        ignore_https_errors=True,
        permissions=["camera", "microphone"],
    )
    await context.add_init_script(publishes.script())
    await context.add_init_script(path=_SCRIPT)
    await context.add_init_script(_KEEP_PEERS)
    try:
        yield Person(context, await context.new_page(), publishes)
    finally:
        await context.close()


async def send_form(page: Page, button: str) -> None:
    """Press what sends a form, until the page that answers stands; its address may be that of the page before."""
    async with page.expect_event("load"):
        await page.click(button)


_KEEP_PEERS = """
window.diemcauPeers = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...settings) { super(...settings); window.diemcauPeers.push(this); }
};
"""
