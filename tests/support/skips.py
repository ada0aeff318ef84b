"""Which skips may happen here: ``tests/allowed_skips.toml``, each unless something is there that this machine has."""

import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "tests" / "allowed_skips.toml"


class AllowedSkip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``test``: how the test's id begins; ``reason``: how the skip's own words begin."""

    unless: str
    test: str
    reason: str


def _debian() -> bool:
    release = Path("/etc/os-release")
    return release.exists() and "ID=debian" in release.read_text("utf-8").splitlines()


HERE: Mapping[str, Callable[[], bool]] = {
    "root": lambda: os.geteuid() == 0,
    "debian": _debian,
    "git": lambda: (ROOT / ".git").exists(),
}
"""What may be there."""


def listed() -> list[AllowedSkip]:
    """The whole file. Raises ValidationError for what it does not know."""
    return msgspec.convert(tomllib.loads(FILE.read_text("utf-8")).get("skip", []), list[AllowedSkip])


def applying(skips: Iterable[AllowedSkip], here: Mapping[str, Callable[[], bool]] = HERE) -> list[AllowedSkip]:
    """Those that may happen on a machine like this."""
    return [skip for skip in skips if not here[skip.unless]()]


def allowed(test: str, reason: str, skips: Iterable[AllowedSkip]) -> bool:
    """Whether the skip of this test, for this reason, is one of them."""
    return any(test.startswith(skip.test) and reason.startswith(skip.reason) for skip in skips)
