"""From what the address asks of the list of receptions to a filter. Pure."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from bridge.finding import ReceptionFilter
from bridge.ids import AccountId, AgencyId
from web.archive_search import MAX_TEXT
from web.forms import Form

COMING, PAST = "coming", "past"


class Asked(NamedTuple):
    """``when``: COMING or PAST."""

    form: Form
    when: str
    filter: ReceptionFilter

    def address(self, when: str = "", after: str = "") -> str:
        """Of the same question at another time, or of what follows a place in its answer."""
        fields = {"title": self.form.text("title"), "when": when or self.when}
        fields |= {"after": after} if after else {}
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
