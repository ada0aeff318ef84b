"""Pages of lists: a cursor is the key of the last row, in letters that mean nothing to who carries them.

Rows that come or go meanwhile move nothing: what follows a key follows it however many stand before.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

import msgspec

from bridge.errors import Code, Refusal

Key = TypeVar("Key")
Row = TypeVar("Row")

LIMIT, MOST = 50, 200
"""Rows of a page, unless asked for otherwise; at most."""

MAX_CURSOR = 1000
_LAST = 2**63 - 1
"""No database keeps a greater number."""

Limit = Annotated[int, msgspec.Meta(ge=1, le=MOST, description="Rows of a page.")]
After = Annotated[str, msgspec.Meta(max_length=MAX_CURSOR, description="`next` of the page before.")]


class PageQuery(msgspec.Struct, frozen=True):
    """Where a list goes on. ``after`` empty: from its beginning."""

    after: After = ""
    limit: Limit = LIMIT


class Paged(Generic[Row]):
    """The rows of one page; ``next`` None at the end of the list."""

    def __init__(self, rows: Sequence[Row], limit: int, key: Callable[[Row], object]) -> None:
        self.rows = rows[:limit]
        self.next = cursor_text(key(rows[limit - 1])) if len(rows) > limit else None


def cursor_text(key: object) -> str:
    """A tuple, or a struct, of strings and numbers, for an address."""
    return base64.urlsafe_b64encode(msgspec.json.encode(msgspec.to_builtins(key))).rstrip(b"=").decode()


def parse_cursor(text: str, kind: type[Key]) -> Key | None:
    """None for none. Raises Refusal(cursor_invalid) for what no list of this kind gave."""
    if not text:
        return None
    try:
        raw = base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        key = msgspec.json.decode(raw, type=kind)
    except (UnicodeError, binascii.Error, msgspec.DecodeError) as error:
        raise Refusal(Code.CURSOR_INVALID, str(error)) from error
    if not all(_keepable(part) for part in _parts(key)):
        raise Refusal(Code.CURSOR_INVALID, "a part that no row has")
    return key


def _parts(key: object) -> Sequence[object]:
    return msgspec.structs.astuple(key) if isinstance(key, msgspec.Struct) else list(msgspec.to_builtins(key))


def _keepable(part: object) -> bool:
    return "\0" not in part if isinstance(part, str) else isinstance(part, int) and abs(part) <= _LAST
