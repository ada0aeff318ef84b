"""Names of the built client: from an island's name to its hashed files, by the manifest that Vite leaves."""

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

PREFIX = "/static/build/"
FOR_EVER = "public, max-age=31536000, immutable"
"""For what has its version in its address."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one page has to load, as addresses on this server."""

    scripts: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assets:
    """Every entry of the build by the name of its source folder (``room``, ``player``, ``devices``, ``styles``)."""

    folder: Path
    entries: dict[str, Entry] = field(default_factory=dict)
    version: str = ""
    """Another one after every build that changed anything."""

    @property
    def built(self) -> bool:
        """Whether there is a build at all."""
        return bool(self.entries)

    def entry(self, name: str) -> Entry:
        """The files of an island; nothing when it was not built (the page then says so)."""
        return self.entries.get(name, Entry())


def load_assets(static: Path) -> Assets:
    """The build under ``static/build``. Without one, pages still work but have neither style nor islands."""
    folder = static / "build"
    path = folder / ".vite" / "manifest.json"
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        log.error("the browser client is not built (%s is missing); run: make setup", path)
        return Assets(folder)
    manifest = json.loads(text)
    entries = {_name(source): _entry(manifest, source) for source in _entries(manifest)}
    return Assets(folder, entries, hashlib.sha256(text).hexdigest()[:16])


def _entries(manifest: dict[str, Any]) -> Iterator[str]:
    return (source for source, chunk in manifest.items() if chunk.get("isEntry"))


def _name(source: str) -> str:
    """``web/client/room/main.ts`` → ``room``."""
    return Path(source).parent.name


def _entry(manifest: dict[str, Any], source: str) -> Entry:
    chunk = manifest[source]
    styles = [style for part in _closure(manifest, source) for style in manifest[part].get("css", ())]
    scripts = [chunk["file"]]
    if chunk["file"].endswith(".css"):
        styles, scripts = [chunk["file"], *styles], []
    return Entry(tuple(PREFIX + name for name in scripts), tuple(PREFIX + name for name in dict.fromkeys(styles)))


def _closure(manifest: dict[str, Any], source: str) -> Iterator[str]:
    """The chunk and everything it imports at once; a style of a shared chunk is named only there."""
    waiting, seen = [source], set()
    while waiting:
        part = waiting.pop()
        if part not in seen:
            seen.add(part)
            waiting += manifest[part].get("imports", ())
            yield part
