"""Cuts a session description into its lines and m-sections, and reads its small tokens.

Raises MalformedSdp for anything that is not lines of ``letter=value`` within the limits, so that
what follows deals with meaning only.
"""

import re
from typing import NamedTuple

from bridge.errors import MalformedSdp

MAX_CHARACTERS = 200_000
MAX_LINES = 6_500
"""The largest downlink as Chromium answers it: at most 900 characters in 31 lines of each m-line. As JSON it stays
within what signalling and the control API carry, 256 KiB."""

MAX_MEDIA = 192
"""63 others (``SfuConfig.participants``), each with microphone, camera and screen; m-lines are used again."""

_LINE = re.compile(r"([a-z])=([\x20-\x7e]*)")
_NUMBER = re.compile(r"[0-9]{1,20}")
_TOKEN = re.compile(r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]{1,255}")


class Section(NamedTuple):
    """The lines of the session part, or of one m-line (``head`` is then the ``m=`` value)."""

    head: str
    lines: list[tuple[str, str]]

    def attributes(self) -> list[tuple[str, str]]:
        """``a=name:value`` as (name, value); a flag has an empty value."""
        return [split_attribute(value) for letter, value in self.lines if letter == "a"]


def split_sections(text: str) -> tuple[Section, list[Section]]:
    """The session part and the m-sections of ``text``."""
    session = Section("", [])
    media: list[Section] = []
    current = session
    for letter, value in _lines(text):
        if letter == "m":
            current = Section(value, [])
            media.append(current)
        else:
            current.lines.append((letter, value))
    if len(media) > MAX_MEDIA:
        raise MalformedSdp(f"{len(media)} m-lines")
    return session, media


def _lines(text: str) -> list[tuple[str, str]]:
    if len(text) > MAX_CHARACTERS:
        raise MalformedSdp(f"description of {len(text)} characters")
    found = []
    for line in text.split("\n"):
        bare = line.removesuffix("\r")
        if bare:
            found.append(_split_line(bare))
    if len(found) > MAX_LINES:
        raise MalformedSdp(f"description of {len(found)} lines")
    if not found or found[0] != ("v", "0"):
        raise MalformedSdp("description does not begin with v=0")
    return found


def _split_line(line: str) -> tuple[str, str]:
    match = _LINE.fullmatch(line)
    if match is None:
        raise MalformedSdp(f"line {line[:40]!r}")
    return match[1], match[2]


def split_attribute(value: str) -> tuple[str, str]:
    """``name:rest`` → (name, rest); ``name`` → (name, "")."""
    name, _, rest = value.partition(":")
    return name, rest


def number(text: str, largest: int, what: str) -> int:
    """A decimal number 0 … ``largest``."""
    if _NUMBER.fullmatch(text) is None or int(text) > largest:
        raise MalformedSdp(f"{what} {text[:40]!r}")
    return int(text)


def token(text: str, longest: int, what: str) -> str:
    """An RFC 4566 token of at most ``longest`` characters."""
    if len(text) > longest or _TOKEN.fullmatch(text) is None:
        raise MalformedSdp(f"{what} {text[:40]!r}")
    return text


def words(value: str, least: int, what: str) -> list[str]:
    """The words of a value, which has at least ``least`` of them."""
    found = value.split()
    if len(found) < least:
        raise MalformedSdp(f"{what} {value[:40]!r}")
    return found
