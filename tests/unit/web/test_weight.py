"""What a browser has to load before it is in the room: an office on a weak line gets in too."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from web.catalogues import load_catalogues
from web.config import STATIC

LIMIT = 250_000
"""Bytes over the line before the first medium: twenty seconds at 100 kb/s."""
BUILD = STATIC / "build"


def loaded(manifest: dict[str, Any], entry: str) -> Iterator[str]:
    """Every file of an entry: its own, what it imports at once, and their style sheets."""
    waiting, seen = [entry], set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            chunk = manifest[name]
            waiting += chunk.get("imports", ())
            yield chunk["file"]
            yield from chunk.get("css", ())


def over_the_line(file: Path) -> int:
    """Bytes of its compressed form, which is the file itself."""
    packed = file.with_name(f"{file.name}.gz").read_bytes()
    assert gzip.decompress(packed) == file.read_bytes()
    return len(packed)


@pytest.mark.parametrize("sheet", ["styles", "styles-rtl"])
def test_the_room_is_light(sheet: str, record_property: Callable[[str, object], None]) -> None:
    manifest = json.loads((BUILD / ".vite" / "manifest.json").read_text())
    files = [*loaded(manifest, "web/client/room/main.ts"), *loaded(manifest, f"web/client/{sheet}/main.css")]
    words = max(len(gzip.compress(catalogue)) for catalogue in load_catalogues().islands.values())
    weight = sum(over_the_line(BUILD / file) for file in files) + words
    record_property("figures", f"the room's page ({sheet}): {weight / 1000:.0f} kB over the line")
    assert weight < LIMIT
