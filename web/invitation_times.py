"""How long the codes of invitations hold."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from web.times import midnight

_DAYS_OPEN = 2
"""A code holds until the end of the reception's day and one day more: what was postponed in the evening, and what is
asked again on the morning after."""


def codes_hold(zone: str) -> Callable[[int], int]:
    """From a reception's start to the end of its codes, both in ns."""
    return lambda starts_utc_ns: midnight(ZoneInfo(zone), starts_utc_ns, _DAYS_OPEN)
