"""Which keys an object may have: the same on every store, and never a way out of a folder."""

import re

from bridge.errors import Code, Invalid

MAX_PART = 200
"""File systems take names of 255 bytes; a store may put its own ending to a name."""

MAX_KEY = 1024
"""What S3 takes."""

_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", re.ASCII)
_PREFIX = re.compile(r"[A-Za-z0-9._/-]*", re.ASCII)


def key_parts(key: str) -> list[str]:
    """The parts between the slashes. Raises Invalid for a key that is none."""
    parts = key.split("/")
    if len(key) > MAX_KEY or not all(len(part) <= MAX_PART and _PART.fullmatch(part) for part in parts):
        raise Invalid(Code.INVALID_FIELD, f"not an object key: {key[:80]!r}", field="key")
    return parts


def prefix_folder(prefix: str) -> list[str]:
    """The whole parts of a prefix: every key that begins with it lies in that folder. Raises Invalid."""
    *folder, begun = prefix.split("/")
    if folder:
        key_parts("/".join(folder))
    if len(prefix) > MAX_KEY or begun.startswith(".") or not _PREFIX.fullmatch(prefix):
        raise Invalid(Code.INVALID_FIELD, f"not a prefix of object keys: {prefix[:80]!r}", field="prefix")
    return folder
