"""Finding receptions and accounts: what may be asked for, and the places where a list goes on.

A place is the key of the last row shown, not its number: rows that come or go meanwhile move nothing.
"""

import msgspec

from bridge.ids import AccountId, AgencyId, ReceptionId
from bridge.model import ReceptionRow


class ReceptionFilter(msgspec.Struct, frozen=True):
    """Everything that is given must hold. ``agencies`` None: of all; else also those where ``account`` has a seat.
    ``title``: words that must all begin a word of it. ``states`` None: in any. Times: when it starts, from (included)
    and before (not)."""

    agencies: frozenset[AgencyId] | None = None
    account: AccountId | None = None
    from_utc_ns: int | None = None
    before_utc_ns: int | None = None
    title: str = ""
    public: bool | None = None
    states: frozenset[str] | None = None
    newest_first: bool = False


class ReceptionCursor(msgspec.Struct, frozen=True):
    """What follows this row."""

    starts_utc_ns: int
    id: ReceptionId


def cursor_of(row: ReceptionRow) -> ReceptionCursor:
    """The place behind this row."""
    return ReceptionCursor(row.starts_utc_ns, row.id)


class AccountFilter(msgspec.Struct, frozen=True):
    """Accounts of ``agencies`` (None: of all), of the wished state (None: of either); ``words`` must all begin a word
    of name or login."""

    agencies: frozenset[AgencyId] | None = None
    words: str = ""
    disabled: bool | None = None
