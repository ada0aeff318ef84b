"""Keys that cannot be used, in one line for whoever runs the installation."""

from pathlib import Path

from bridge.errors import MalformedInput
from storage.signing.pem import PemFile, parse_pem


class KeyFault(Exception):
    """A key or certificate cannot be used; the text says which and why."""


def read_bytes(path: Path) -> bytes:
    """Raises KeyFault."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyFault(f"{path}: {error.strerror}") from error


def parsed(text: bytes, what: str) -> PemFile:
    """Raises KeyFault that names ``what``."""
    try:
        return parse_pem(text)
    except MalformedInput as error:
        raise KeyFault(f"{what}: {error}") from error
