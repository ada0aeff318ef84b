"""What an office tells the people it invites, and how long its codes hold. The one place that knows whence."""

from collections.abc import Callable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bridge.ids import AgencyId
from web.config import WebConfig
from web.times import midnight

_DAYS_OPEN = 2
"""A code holds until the end of the reception's day and one day more: what was postponed in the evening, and what is
asked again on the morning after."""


class OfficeWords(NamedTuple):
    """Texts of the office for its invitations; an empty one is not printed."""

    bring: str = ""
    rules: str = ""
    call: str = ""


def office_words(config: WebConfig, agency: AgencyId) -> OfficeWords:
    """Of this agency. Until offices have settings of their own: whom to call, as the installation says."""
    return OfficeWords(call=config.contact)


def codes_hold(zone: str) -> Callable[[int], int]:
    """From a reception's start to the end of its codes, both in ns."""
    return lambda starts_utc_ns: midnight(ZoneInfo(zone), starts_utc_ns, _DAYS_OPEN)
