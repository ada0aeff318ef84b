"""What ``--trust`` takes: a file with public keys or certificates, or a fingerprint."""

from collections.abc import Sequence
from pathlib import Path

from bridge.errors import MalformedInput
from bridge.signing import Trust, parse_fingerprint
from storage.signing.pem import parse_trust


def trust_of(given: Sequence[str]) -> Trust | None:
    """Of all that was given together; None of nothing. Raises MalformedInput."""
    if not given:
        return None
    parts = [_part(text) for text in given]
    fingerprints = frozenset[str]().union(*(part.fingerprints for part in parts))
    return Trust(fingerprints, tuple(der for part in parts for der in part.certificates))


def _part(text: str) -> Trust:
    try:
        return Trust(frozenset({parse_fingerprint(text)}))
    except MalformedInput as no_fingerprint:
        try:
            pem = Path(text).read_bytes()
        except (OSError, ValueError) as error:
            raise MalformedInput(f"{text[:200]!r} is no file that can be read, and {no_fingerprint}") from error
    try:
        return parse_trust(pem)
    except MalformedInput as error:
        raise MalformedInput(f"{text}: {error}") from error
