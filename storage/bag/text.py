"""The text files of a bag, written and parsed. Pure. Parsers raise MalformedInput.

Paths have ``/`` between their parts; CR, LF and ``%`` in them are percent-encoded, and only those (RFC 8493, 2.1.3).
"""

import re
from collections.abc import Mapping, Sequence

from bridge.errors import MalformedInput

DECLARATION_NAME = "bagit.txt"
INFO_NAME = "bag-info.txt"
PAYLOAD_NAME = "manifest-sha256.txt"
TAGS_NAME = "tagmanifest-sha256.txt"
PAYLOAD = "data/"
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

_LINE_END = re.compile(r"\r\n|\r|\n")
_HASHED = re.compile(r"([0-9a-fA-F]{64})[ \t]+(\S.*)")
_ENCODED = re.compile(r"%(25|0A|0D)", re.IGNORECASE)
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def serialise_hashes(hashes: Mapping[str, str]) -> bytes:
    """A manifest: ``sha256  path`` in order of path, as ``sha256sum -c`` reads it."""
    return "".join(f"{hashes[path]}  {_encoded(path)}\n" for path in sorted(hashes)).encode()


def parse_hashes(text: bytes) -> dict[str, str]:
    """sha256 (lower case) by path, of a payload or tag manifest."""
    found: dict[str, str] = {}
    for number, line in enumerate(_lines(text), 1):
        match = _HASHED.fullmatch(line)
        if match is None:
            raise MalformedInput(f"line {number} is not a hash and a path")
        path = _decoded(match[2])
        if not _is_inside(path) or path in found:
            raise MalformedInput(f"line {number} names a path that leads outside, or twice the same")
        found[path] = match[1].lower()
    return found


def serialise_info(info: Sequence[tuple[str, str]]) -> bytes:
    """bag-info.txt: a line each; blanks and line ends in a value become one blank."""
    for label, _ in info:
        if not _LABEL.fullmatch(label):
            raise ValueError(f"no label of bag-info.txt: {label}")
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in info).encode()


def parse_info(text: bytes) -> list[tuple[str, str]]:
    """(label, value) in order; a line that begins with a blank goes on with the value before."""
    found: list[tuple[str, str]] = []
    for number, line in enumerate(_lines(text), 1):
        if line[0] in " \t" and found:
            label, value = found[-1]
            found[-1] = (label, f"{value} {line.strip()}")
            continue
        label, colon, value = line.partition(":")
        if not colon or not label.strip():
            raise MalformedInput(f"line {number} is not a label and a value")
        found.append((label.strip(), value.strip()))
    return found


def check_declaration(text: bytes) -> None:
    """Raises MalformedInput for a bag of another version or encoding than what is written here."""
    said = dict(parse_info(text))
    if said != dict(parse_info(DECLARATION)):
        raise MalformedInput("not a bag of version 1.0 in UTF-8")


def _lines(text: bytes) -> list[str]:
    try:
        decoded = text.decode()
    except UnicodeDecodeError as error:
        raise MalformedInput(f"not UTF-8 at byte {error.start}") from error
    return [line for line in _LINE_END.split(decoded) if line]


def _encoded(path: str) -> str:
    return path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _decoded(text: str) -> str:
    return _ENCODED.sub(lambda found: chr(int(found[1], 16)), text)


def _is_inside(path: str) -> bool:
    """Whether it stays in the bag on every system that may read it."""
    return not path.startswith(("/", "~")) and all(part not in ("", ".", "..") for part in path.split("/"))
