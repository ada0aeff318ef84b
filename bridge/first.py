"""The first administrator of an installation without any account: a link, printed once, that makes one. Pure."""

import hashlib

import msgspec

from bridge.errors import NotFound
from bridge.ids import NS_PER_S, UtcNs

HOLDS_NS = 24 * 3600 * NS_PER_S
"""Whoever installs it in the evening opens it in the morning."""

SECRET_BYTES = 32


class FirstLink(msgspec.Struct, frozen=True):
    """``id``: hash of the link's secret, so that a read database opens nothing."""

    id: str
    made_utc_ns: int


def link_id(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def first_link(secret: str, now: UtcNs) -> FirstLink:
    """The link that ``secret`` opens."""
    return FirstLink(link_id(secret), now)


def holding(link: FirstLink | None, anybody: bool, now: UtcNs) -> FirstLink:
    """The link, while it holds: a day, and only as long as not ``anybody`` has an account.

    Raises NotFound, the same for every way not to.
    """
    if link is None or anybody or not 0 <= now - link.made_utc_ns < HOLDS_NS:
        raise NotFound(detail="no such link, too old, or there are accounts")
    return link
