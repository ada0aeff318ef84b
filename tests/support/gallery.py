"""The room's examples in a real browser, without a server: built once for the tests, served from their folder."""

import asyncio
import json
import mimetypes
from pathlib import Path

from playwright.async_api import Browser, Page, Route

from tests.support.layouts import FONT
from web.assets import PREFIX, load_assets
from web.catalogues import load_catalogues
from web.config import STATIC

ROOT = Path(__file__).parents[2]
_FOLDER = ROOT / "build" / "gallery"
_ORIGIN = "http://gallery.localhost"
_BUILD = ("tools/npm", "exec", "--", "vite", "build", "--config", "vite.gallery.config.ts", "--logLevel", "error")
_PAGE = """<!doctype html>
<html lang="en" dir="{dir}" data-bs-theme="dark"><head><title>Gallery</title><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="{styles}"><style>
@font-face {{ font-family: "Tests"; src: url("/font.ttf"); }}
:root {{ --bs-font-sans-serif: "Tests" !important; }}
</style></head>
<body><main><h1 class="visually-hidden">Room</h1><div id="place"></div></main>
<script type="module" src="/gallery.js"></script></body></html>"""


async def build_gallery() -> None:
    """Seconds. Raises RuntimeError with what the build said."""
    process = await asyncio.create_subprocess_exec(*_BUILD, cwd=ROOT, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"the gallery cannot be built:\n{said.decode()}")


async def gallery(browser: Browser, size: tuple[int, int], direction: str) -> Page:
    """A page that shows one example after the other."""
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    page = await context.new_page()
    (styles,) = load_assets(STATIC).entry("styles-rtl" if direction == "rtl" else "styles").styles

    async def served(route: Route) -> None:
        path = route.request.url.removeprefix(_ORIGIN)
        if path == "/":
            await route.fulfill(body=_PAGE.format(dir=direction, styles=styles), content_type="text/html")
        elif path == "/font.ttf":
            await route.fulfill(body=FONT, content_type="font/ttf")
        else:
            file = STATIC / "build" / path.removeprefix(PREFIX) if path.startswith(PREFIX) else _FOLDER / path[1:]
            kind = "text/javascript" if file.suffix == ".js" else mimetypes.guess_type(file)[0]
            await route.fulfill(body=file.read_bytes() if file.exists() else b"", content_type=kind)

    await page.route(f"{_ORIGIN}/**", served)
    await page.goto(f"{_ORIGIN}/")
    await page.wait_for_function("'gallery' in window")
    return page


async def worded(page: Page, lang: str) -> None:
    """In this language from now on."""
    await page.evaluate("(words) => gallery.words(words)", json.loads(load_catalogues().islands[lang]))


async def examples(page: Page) -> list[str]:
    """Their names."""
    found: list[str] = await page.evaluate("gallery.names")
    return found
