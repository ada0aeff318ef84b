"""What a browser is, in words, from what it says of itself (User-Agent, RFC 9110 section 10.1.5). Proper names only.

It says what it likes: good enough to know one's own machines again, and never asked for permission.
"""

import re

_BROWSERS = (
    ("Edge", re.compile(r"Edg(?:e|A|iOS)?/")),
    ("Opera", re.compile(r"OPR/")),
    ("Cốc Cốc", re.compile(r"coc_coc_browser/")),
    ("Samsung Internet", re.compile(r"SamsungBrowser/")),
    ("Firefox", re.compile(r"(?:Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"(?:Chrome|Chromium|CriOS)/")),
    ("Safari", re.compile(r"Version/[\d.]+.* Safari/")),
)
"""In this order: most of them also call themselves Chrome and Safari."""

_SYSTEMS = (
    ("Android", re.compile(r"Android")),
    ("iPhone", re.compile(r"iPhone")),
    ("iPad", re.compile(r"iPad")),
    ("ChromeOS", re.compile(r"CrOS")),
    ("Windows", re.compile(r"Windows")),
    ("macOS", re.compile(r"Mac OS X|Macintosh")),
    ("Linux", re.compile(r"Linux|X11")),
)


def browser_of(agent: str) -> str:
    """Its name; empty when it is none of those known."""
    return next((name for name, sign in _BROWSERS if sign.search(agent)), "")


def system_of(agent: str) -> str:
    """What it runs on; empty when that is none of those known."""
    return next((name for name, sign in _SYSTEMS if sign.search(agent)), "")
