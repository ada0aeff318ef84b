"""From what the address asks of the archive to a filter: dates, point, person, state of proof, words of the title.

The same names serve the page's form and the API. Nothing that was typed is lost, and every fault is collected.
"""

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from bridge.errors import Invalid
from bridge.ids import AgencyId, BridgePointId
from bridge.search import ProofState, RecordingCursor, RecordingFilter
from web.forms import Form
from web.paging import cursor_text
from web.times import at

FIELDS = ("title", "from", "to", "point", "person", "proof")
MAX_TEXT = 200
_EARLIEST, _LATEST = date(2000, 1, 1), date(2099, 12, 31)
"""Outside of them a date was mistyped."""

_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
"""As the browser's field sends it, or as a person types it where the browser has no such field."""


class Asked(NamedTuple):
    """``form``: what was typed, with its faults; ``filter`` says nothing of a field that has one."""

    form: Form
    filter: RecordingFilter

    @property
    def given(self) -> dict[str, str]:
        """The fields that ask for something, in their order on the page."""
        return {name: text for name in FIELDS if (text := self.form.text(name))}

    def address(self, without: str = "", after: RecordingCursor | None = None) -> str:
        """Of the same question without one of its fields, or of what follows a place in its answer."""
        fields = {name: text for name, text in self.given.items() if name != without}
        if after is not None:
            fields["after"] = cursor_text(after)
        return f"/archive?{urlencode(fields)}" if fields else "/archive"


def asked_of(query: Mapping[str, str], zone: ZoneInfo, agencies: frozenset[AgencyId] | None) -> Asked:
    """Pure. ``agencies``: whose recordings the reader may see."""
    typed = {name: query[name] for name in FIELDS if name in query}
    form = Form(typed)
    began, ended = _day(form, "from"), _day(form, "to")
    # A browser's field for days shows a day in this form alone; one with a fault is shown as text, as it was typed.
    typed.update({name: day.isoformat() for name, day in (("from", began), ("to", ended)) if day})
    if began and ended and began > ended:
        form.wrong("to", "days")
    found = RecordingFilter(
        agencies=agencies,
        from_utc_ns=at(zone, began, time()) if began else None,
        before_utc_ns=at(zone, ended + timedelta(days=1), time()) if ended else None,
        point=BridgePointId(_text(form, "point")) or None,
        person=_text(form, "person"),
        title=_text(form, "title"),
        proof=_proof(form),
    )
    return Asked(form, found)


def checked(asked: Asked) -> RecordingFilter:
    """For who cannot be asked again. Raises Invalid for the first fault."""
    if asked.form.faults:
        raise Invalid(field=asked.form.faults[0].field)
    return asked.filter


def _day(form: Form, name: str) -> date | None:
    text = form.text(name)
    if not text:
        return None
    if (found := _DAY.fullmatch(text)) is not None:
        year, month, day = found.group(1, 2, 3) if found[1] else found.group(6, 5, 4)
        try:
            meant = date(int(year), int(month), int(day))
        except ValueError:
            meant = date.min  # the 31st of a short month
        if _EARLIEST <= meant <= _LATEST:
            return meant
    form.wrong(name, "day")
    return None


def _text(form: Form, name: str) -> str:
    text = form.text(name)
    if len(text) > MAX_TEXT or "\0" in text:
        form.wrong(name, "words", limit=str(MAX_TEXT))
        return ""
    return text


def _proof(form: Form) -> ProofState | None:
    text = form.text("proof")
    if not text:
        return None
    try:
        return ProofState(text)
    except ValueError:
        form.wrong("proof", "choice")
        return None
