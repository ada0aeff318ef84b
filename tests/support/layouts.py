"""Where the parts of a page stand, written down: one text file for each size, a line for each part.

A change of layout shows in review as changed lines, without a picture; a pixel more or less, as another build of the
browser may give, does not count (:data:`TOLERANCE`).
"""

import os
from base64 import b64encode
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import msgspec
from playwright.async_api import Page

FOLDER = Path(__file__).parents[1] / "browser" / "layouts"
TOLERANCE = 4
"""CSS pixels. The font is given, so that only rounding differs between machines."""

RENEW = "RENEW_LAYOUTS"
"""Set by ``make snapshots``: what differs is written down instead of told."""

FONT = (files("fontpkg_be_vietnam_pro") / "files" / "BeVietnamPro-Medium.ttf").read_bytes()
"""So that words are as wide on every machine."""

_BOXES = """(parts) => {
    const seen = new Map();
    return [...document.querySelectorAll(parts)].filter((one) => one.checkVisibility()).flatMap((one) => {
        const { x, y, width, height } = one.getBoundingClientRect();
        if (width < 2 || height < 2) return [];
        const plain = one.dataset.testid ?? (one.id || one.tagName.toLowerCase());
        const count = (seen.get(plain) ?? 0) + 1;
        seen.set(plain, count);
        const name = count > 1 ? `${plain}.${count}` : plain;
        return [{ name, x: Math.round(x), y: Math.round(y), width: Math.round(width), height: Math.round(height) }];
    });
}"""


class Box(msgspec.Struct, frozen=True):
    """In CSS pixels, from the viewport's upper left corner."""

    name: str
    x: int
    y: int
    width: int
    height: int

    def line(self) -> str:
        """As it is written down."""
        return f"{self.name:<28} {self.x:>5} {self.y:>5} {self.width:>5} {self.height:>5}"

    def near(self, other: "Box") -> bool:
        """Whether it is the same part in the same place."""
        pairs = zip(msgspec.structs.astuple(self)[1:], msgspec.structs.astuple(other)[1:], strict=True)
        return self.name == other.name and all(abs(one - two) <= TOLERANCE for one, two in pairs)


Layouts = Mapping[str, Sequence[Box]]


_STYLE = f"""
@font-face {{ font-family: "Tests"; src: url("data:font/ttf;base64,{b64encode(FONT).decode()}"); }}
:root {{ --bs-font-sans-serif: "Tests" !important; }}
"""


async def in_font(page: Page) -> None:
    """The page's words in the given font. Its context must be one that bypasses content policies."""
    await page.add_style_tag(content=_STYLE)
    await page.evaluate("document.fonts.load('1rem Tests').then(() => document.fonts.ready)")


async def boxes(page: Page, parts: str) -> list[Box]:
    """Those that are seen, in the order of the document. ``parts``: a CSS selector."""
    return msgspec.convert(await page.evaluate(_BOXES, parts), list[Box])


def serialise(layouts: Layouts) -> str:
    """A paragraph for each layout."""
    paragraphs = (f"# {name}\n" + "".join(f"{box.line()}\n" for box in found) for name, found in layouts.items())
    return "\n".join(paragraphs)


def parse(text: str) -> dict[str, list[Box]]:
    """What :func:`serialise` wrote. Raises ValueError."""
    layouts: dict[str, list[Box]] = {}
    here: list[Box] = []
    for line in filter(None, text.splitlines()):
        if line.startswith("# "):
            here = layouts[line[2:]] = []
        else:
            name, *numbers = line.split()
            x, y, width, height = map(int, numbers)
            here.append(Box(name, x, y, width, height))
    return layouts


def differences(kept: Layouts, found: Layouts) -> list[str]:
    """One line for each part that is elsewhere, new or gone."""
    told = [f"- # {name}" for name in kept if name not in found]
    for name, now in found.items():
        before = kept.get(name, ())
        if len(before) == len(now) and all(map(Box.near, before, now)):
            continue
        told.append(f"# {name}")
        told += [f"- {box.line()}" for box in before if not any(box.near(one) for one in now)]
        told += [f"+ {box.line()}" for box in now if not any(box.near(one) for one in before)]
    return told


def compared(name: str, found: Layouts) -> list[str]:
    """Against the file of this name; under ``make snapshots`` what differs is written into it."""
    path = FOLDER / f"{name}.txt"
    kept = parse(path.read_text(encoding="utf-8")) if path.exists() else {}
    told = differences(kept, found)
    if not told or RENEW not in os.environ:
        return told
    same = {one: kept[one] for one in found if one in kept and not differences({one: kept[one]}, {one: found[one]})}
    path.write_text(serialise({**found, **same}), encoding="utf-8")
    return []
