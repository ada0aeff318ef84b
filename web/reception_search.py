"""From what the address asks of the list of receptions to a filter. Pure."""

import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from bridge.errors import Invalid
from bridge.ids import AccountId, AgencyId, ReceptionId
from bridge.model import ReceptionRow
from bridge.search import ReceptionCursor, ReceptionFilter
from web.archive_search import MAX_TEXT
from web.forms import Form

COMING, PAST = "coming", "past"
_CURSOR = re.compile(r"(\d{1,19})-([A-Za-z0-9_-]{1,100})", re.ASCII)
_LAST_NS = 2**63 - 1


class Asked(NamedTuple):
    """``when``: COMING or PAST."""

    form: Form
    when: str
    filter: ReceptionFilter

    def address(self, when: str = "", after: ReceptionCursor | None = None) -> str:
        """Of the same question at another time, or of what follows a place in its answer."""
        fields = {"title": self.form.text("title"), "when": when or self.when}
        fields |= {"after": cursor_text(after)} if after else {}
        return f"/receptions?{urlencode({name: text for name, text in fields.items() if text})}"


def asked_of(query: Mapping[str, str], agencies: frozenset[AgencyId] | None, account: AccountId, today: int) -> Asked:
    """``today``: its first moment. What runs since yesterday is among the past ones; Today shows it while it runs."""
    form = Form({"title": query.get("title", "")})
    when = PAST if query.get("when") == PAST else COMING
    title = form.text("title")
    if len(title) > MAX_TEXT or "\0" in title:
        form.wrong("title", "words", limit=str(MAX_TEXT))
        title = ""
    return Asked(
        form,
        when,
        ReceptionFilter(
            agencies=agencies,
            account=account,
            from_utc_ns=today if when == COMING else None,
            before_utc_ns=today if when == PAST else None,
            title=title,
            newest_first=when == PAST,
        ),
    )


def cursor_text(cursor: ReceptionCursor) -> str:
    """For an address; opaque to others."""
    return f"{cursor.starts_utc_ns}-{cursor.id}"


def cursor_of(row: ReceptionRow) -> ReceptionCursor:
    """The place behind this row."""
    return ReceptionCursor(row.starts_utc_ns, row.id)


def parse_cursor(text: str) -> ReceptionCursor | None:
    """None for none. Raises Invalid(field=after)."""
    if not text:
        return None
    found = _CURSOR.fullmatch(text)
    if found is None or int(found[1]) > _LAST_NS:
        raise Invalid(field="after")
    return ReceptionCursor(int(found[1]), ReceptionId(found[2]))
