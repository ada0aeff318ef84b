"""``ONLY=join``: from the click on "join" to the first remote frame decoded, in Chromium.

Two synthetic points are in the room before it begins; the third enters again and again with a page of its own.
Seen by the page itself: from the click event to the first ``framesDecoded`` of any of its connections, looked at every
10 ms.
"""

import tempfile
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

from playwright.async_api import Browser, Error, expect

from bridge.errors import Refusal
from bridge.media import Source
from bridge.model import Role
from deploy.points import Point, PointPlan
from deploy.time import SystemClock
from tests.bench.figures import percentile
from tests.bench.report import Row, table, write
from tests.support.browser import Publishes, chromium, chromium_path, person
from tests.support.product import Product, product
from tests.support.room_page import RoomPage

_SEATS = {
    "chutri": ("Trần Thị Chủ Trì", Role.CHAIR),
    "coquan": ("Phạm Đại Diện Sở", Role.AGENCY),
    "thuky": ("Lê Văn Thư Ký", Role.SECRETARY),
}
_SYNTHETIC = ("chutri", "coquan")
_PERSON = "thuky"
_WITHIN_MS = 30_000
_COLUMNS = ("what", "joins", "p50_s", "p95_s", "least_s", "most_s", "skipped")
_WATCH = """
() => {
    window.benchFirstFrame = new Promise((resolve) => {
        addEventListener("click", () => {
            const clicked = performance.now();
            const look = async () => {
                for (const peer of window.diemcauPeers)
                    for (const report of (await peer.getStats()).values())
                        if (report.type === "inbound-rtp" && report.kind === "video" && report.framesDecoded > 0)
                            return resolve(performance.now() - clicked);
                setTimeout(look, 10);
            };
            look();
        }, { capture: true, once: true });
    });
}
"""


async def join(joins: int, build: Path) -> list[Row]:
    """One row, printed and written."""
    times: list[float] = []
    skipped: str | None = None
    if chromium_path() is None:
        skipped = "no chromium (apt-get install chromium)"
    else:
        try:
            await _enter(joins, times)
        except (Error, RuntimeError, TimeoutError, Refusal) as fault:
            skipped = f"failed after {len(times)}: {type(fault).__name__}: {str(fault)[:300]}"
    row: Row = {
        "what": "click to first frame",
        "joins": len(times),
        "p50_s": round(percentile(times, 0.5), 3) if times else None,
        "p95_s": round(percentile(times, 0.95), 3) if times else None,
        "least_s": round(min(times), 3) if times else None,
        "most_s": round(max(times), 3) if times else None,
        "skipped": skipped,
    }
    write([row], build / "join.json")
    print(table([row], _COLUMNS) + "\n", flush=True)
    return [row]


async def _enter(joins: int, times: list[float]) -> None:
    """Adds the seconds of each entrance to ``times``."""
    with tempfile.TemporaryDirectory(prefix="dcbench-") as name:
        async with AsyncExitStack() as stack:
            installation = await stack.enter_async_context(product(Path(name) / "data"))
            reception = await _room(installation, stack)
            browser = await stack.enter_async_context(chromium())
            for _ in range(joins):
                times.append(await _join(installation, browser, reception))


async def _room(installation: Product, stack: AsyncExitStack) -> str:
    """A reception with its doors open and two synthetic points in it."""
    chair = await stack.enter_async_context(installation.reader("chutri"))
    reception = await chair.schedule("Bench", dict(_SEATS.values()))
    await chair.open_doors(reception)
    for code, login in enumerate(_SYNTHETIC, start=1):
        visitor = await stack.enter_async_context(installation.reader(login))
        plan = PointPlan(code, login, publishes=(Source.MICROPHONE, Source.CAMERA))
        point = Point(plan, partial(visitor.invitation, reception), SystemClock())
        stack.push_async_callback(point.close)
        await point.join()
    return reception


async def _join(installation: Product, browser: Browser, reception: str) -> float:
    """Seconds of one entrance; leaves again."""
    async with person(browser, Publishes(3, "Bench", fps=15)) as who:
        page = await RoomPage(who, installation, _PERSON).sign_in()
        await who.page.goto(f"{installation.origin}/receptions/{reception}/room")
        await expect(page.by("device-camera")).to_have_attribute("data-state", "ready", timeout=_WITHIN_MS)
        await who.page.evaluate(_WATCH)
        await page.by("join-button").click()
        milliseconds: float = await who.page.evaluate("() => window.benchFirstFrame")
        await page.by("leave-button").click()
        await page.by("leave-confirm").click()
        await expect(page.by("over")).to_be_visible(timeout=_WITHIN_MS)
        return milliseconds / 1000
