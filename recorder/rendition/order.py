"""What a renderer is told and what it tells: lines of JSON between it and whoever runs it. Loads no media library."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import msgspec

from bridge.manifest import Manifest, serialise_manifest

FORM = 1
"""Of the pieces: a program that draws otherwise does not go on with those of an older one."""


class Wording(msgspec.Struct, frozen=True):
    """Given in by the caller, from the catalogue: ``reasons`` by their code; ``screen``: of a shared screen's plate,
    with ``{name}``; ``empty``: when nobody was ever there."""

    reasons: Mapping[str, str]
    screen: str
    empty: str


class RenderOrder(msgspec.Struct, frozen=True):
    """What to draw. ``zone``: of the clock (IANA); ``folder``: where the pieces are kept; ``piece_seconds``: how much
    is lost at most by a kill; ``cpu_percent``: of one core."""

    manifest: Manifest
    wording: Wording
    zone: str
    folder: str
    threads: int = 1
    cpu_percent: int = 100
    piece_seconds: int = 60

    @property
    def digest(self) -> str:
        """Pieces of another manifest, wording or form never get into this copy."""
        settings = msgspec.json.encode((FORM, self.wording, self.zone, self.piece_seconds))
        return hashlib.sha256(settings + serialise_manifest(self.manifest)).hexdigest()[:16]

    @property
    def pieces(self) -> Path:
        """The folder of this very copy's pieces."""
        return Path(self.folder) / self.digest

    @property
    def target(self) -> Path:
        """The whole, in the end."""
        return self.pieces / "copy.mp4"


class Progressed(msgspec.Struct, frozen=True, tag=True):
    """0 … 1."""

    progress: float


class Rendered(msgspec.Struct, frozen=True, tag=True):
    """The whole copy lies at the order's ``target``. ``faults``: by the stored file's key, why it is not in it."""

    faults: dict[str, str]


class NotRendered(msgspec.Struct, frozen=True, tag=True):
    """``again``: nothing is wrong with the recording, the store is away."""

    why: str
    again: bool


Said: TypeAlias = Progressed | Rendered | NotRendered
_SAID = msgspec.json.Decoder(Said)


def parse_said(line: bytes) -> Said:
    """Raises msgspec.DecodeError, UnicodeDecodeError."""
    said: Said = _SAID.decode(line)
    return said
