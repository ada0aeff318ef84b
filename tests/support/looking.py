"""Everything that can be seen of a page without knowing what it is for; faults come back as lines to read."""

import re
from collections.abc import Collection
from pathlib import Path

from playwright.async_api import Page

from tests.support.axe import axe_faults

_ROOT = Path(__file__).parents[2]
_CLASS = re.compile(r"\.(-?[_a-zA-Z][\w-]*)")

LAPTOP = (1366, 768)
PHONE = (360, 740)
ZOOMED = (683, 384)
"""A laptop of 1366 × 768 at 200 %."""
KIOSK = (1080, 1920)
PAPER = (794, 1123)
"""A4 at 96 dots an inch."""

NAMELESS = """() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea, button, a[href]")]
    .filter((one) => !(one.labels?.length || one.textContent.trim() || one.getAttribute("aria-label")))
    .map((one) => one.outerHTML)"""

OUTLINE = """() => ({
    headings: document.querySelectorAll("h1").length,
    mains: document.querySelectorAll("main").length,
    lang: document.documentElement.lang,
    dir: document.documentElement.dir,
    wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
    twice: [...document.querySelectorAll("[id]")].map((one) => one.id).filter((id, at, all) => all.indexOf(id) !== at),
})"""

_OUTLINE = """() => {
    const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
    const faults = [];
    const say = (fault, is) => { if (is) faults.push(fault); };
    // An island has its own heading beside the page's, which is there for those who listen.
    say("no h1", document.querySelector("h1") === null);
    say("several h1", document.querySelectorAll("h1:not(.visually-hidden)").length > 1);
    say("not one main", document.querySelectorAll("main").length !== 1);
    say(`id twice: ${ids.filter((id, at) => ids.indexOf(id) !== at)}`, new Set(ids).size !== ids.length);
    say("wrong direction", getComputedStyle(document.body).direction !== document.documentElement.dir);
    const controls = "input:not([type=hidden]), select, textarea, button, a[href]";
    for (const one of document.querySelectorAll(controls))
        say(`no name: ${one.outerHTML}`,
            !(one.labels?.length || one.textContent.trim() || one.getAttribute("aria-label")));
    return faults;
}"""

_WIDE = """() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const out = [...document.body.querySelectorAll("*")].filter((one) => {
        const box = one.getBoundingClientRect();
        return box.width > 0 && (box.right > root.clientWidth + 1 || box.left < -1);
    });
    return [`scrolls from side to side: ${out.slice(0, 3).map((one) => one.outerHTML.slice(0, 120)).join(" | ")}`];
}"""

_SMALL = """(least) => [
    ...document.querySelectorAll("button, .btn, select, textarea, summary, header a, footer a, input"),
]
    .filter((one) => !["hidden", "checkbox", "radio", "range", "file"].includes(one.type ?? ""))
    .filter((one) => one.checkVisibility() && !one.closest(".visually-hidden-focusable"))
    .filter((one) => one.getBoundingClientRect().height < least - 0.5)
    .map((one) => `lower than ${least} px: ${one.outerHTML.slice(0, 120)}`)"""

_LATIN = """() => {
    const alone =
        "bdi, code, kbd, pre, time, option, textarea, script, style, noscript, title, [dir], [lang]:not(html)";
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
        const words = walker.currentNode.data.replace(/\\u2068[^\\u2069]*\\u2069/g, "");
        const element = walker.currentNode.parentElement;
        const nearest = element.closest(alone);
        if (/[a-z]{2}/i.test(words) && (nearest === null || nearest === document.documentElement))
            found.push(`not translated, or not in <bdi>: ${words.trim()}`);
    }
    return found;
}"""

_ON_PAPER = """() => {
    const shown = [...document.querySelectorAll("header, footer, form, .btn, nav, summary")]
        .filter((one) => one.checkVisibility());
    const dark = [document.body, ...document.querySelectorAll("main *")].filter((one) => {
        if (!one.checkVisibility()) return false;
        const [red, green, blue, alpha] = getComputedStyle(one).backgroundColor.match(/[\\d.]+/g).map(Number);
        return alpha !== 0 && red + green + blue < 384;
    });
    return [
        ...shown.map((one) => `on paper: ${one.outerHTML.slice(0, 120)}`),
        ...dark.map((one) => `dark on paper: ${one.outerHTML.slice(0, 120)}`),
    ];
}"""


async def as_it_stands(page: Page) -> list[str]:
    """Names, headings, ids, width, size of what one presses; in a mirrored page also what is left in Latin letters."""
    faults: list[str] = await page.evaluate(_OUTLINE)
    faults += await page.evaluate(_WIDE)
    faults += await page.evaluate(_SMALL, 44)
    if await page.evaluate("document.documentElement.dir") == "rtl":
        faults += await page.evaluate(_LATIN)
    return faults


async def as_a(page: Page, size: tuple[int, int], theme: str) -> list[str]:
    """Of this size and theme: axe, and whether it scrolls from side to side."""
    await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    faults: list[str] = [*await page.evaluate(_WIDE), *await axe_faults(page)]
    return [f"{size[0]} px, {theme}: {fault}" for fault in faults]


async def on_paper(page: Page) -> list[str]:
    """Printed from a dark screen."""
    await page.emulate_media(media="print", color_scheme="dark")
    await page.set_viewport_size({"width": PAPER[0], "height": PAPER[1]})
    faults: list[str] = [*await page.evaluate(_ON_PAPER), *await page.evaluate(_WIDE)]
    await page.emulate_media(media="screen", color_scheme="light")
    return faults


async def classes_of(page: Page) -> set[str]:
    """Every class on it."""
    found: list[str] = await page.evaluate(
        "[...document.querySelectorAll('[class]')].flatMap((one) => [...one.classList])"
    )
    return set(found)


def left_out(used: Collection[str]) -> set[str]:
    """Classes of Bootstrap that these pages use and the build left out."""
    missing, full = set[str](), _classes(_ROOT / "node_modules" / "bootstrap" / "dist" / "css" / "bootstrap.css")
    for sheet in (_ROOT / "web" / "static" / "build" / "assets").glob("styles*.css"):
        missing |= full.intersection(used) - _classes(sheet)
    return missing


def _classes(sheet: Path) -> set[str]:
    return set(_CLASS.findall(sheet.read_text(encoding="utf-8")))
