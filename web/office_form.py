"""The form of an office's settings: from what is stored to fields, from fields to what is meant, and both side by side
when somebody else was quicker. Pure."""

from collections.abc import Collection

from bridge.model import AdmitRule
from bridge.office import OfficeSettings, OfficeText
from web.forms import Form

LINES = ("name", "address", "contact", "house_rules", "bring")
NUMBERS = ("session_minutes", "resume_seconds")
YES, NO = "yes", "no"
LANGUAGE = "lang-"
"""A ticked box each; none at all: as the parent has it."""


def as_fields(text: OfficeText | OfficeSettings, known: Collection[str]) -> dict[str, str]:
    """As the form shows it; what is inherited is empty."""
    fields = {name: str(getattr(text, name) or "") for name in (*LINES, *NUMBERS, "admit", "language")}
    fields["own_devices"] = "" if text.own_devices is None else (YES if text.own_devices else NO)
    return fields | {f"{LANGUAGE}{code}": "1" for code in known if code in (text.languages or ())}


def meant(form: Form, known: Collection[str]) -> OfficeText:
    """What the fields ask for; what cannot be read is noted in the form."""
    languages = tuple(code for code in known if f"{LANGUAGE}{code}" in form.values) or None
    own = {YES: True, NO: False}.get(form.text("own_devices"))
    admit = next((one for one in AdmitRule if one == form.text("admit")), None)
    if form.text("admit") and admit is None:
        form.wrong("admit", like="choice")
    return OfficeText(
        name=form.text("name") or None,
        address=form.text("address") or None,
        contact=form.text("contact") or None,
        house_rules=form.text("house_rules") or None,
        bring=form.text("bring") or None,
        session_minutes=_number(form, "session_minutes"),
        resume_seconds=_number(form, "resume_seconds"),
        languages=languages,
        language=form.text("language") or None,
        own_devices=own,
        admit=admit,
    )


def _number(form: Form, name: str) -> int | None:
    text = form.text(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        return 0  # in no range; the range's own words say what to enter
    return int(text)


def merged(form: Form, shown: OfficeText, now: OfficeText, version: int, known: Collection[str]) -> Form:
    """After somebody else's change: what the reader did not touch is as it is now; what both changed stays as typed,
    with the other's value beside it."""
    was, stored = as_fields(shown, known), as_fields(now, known)
    names = dict.fromkeys((*as_fields(OfficeText(), known), *(f"{LANGUAGE}{code}" for code in known)))
    values = dict(form.values) | {"version": str(version)}
    both: dict[str, str] = {}
    for name in names:
        typed, before, present = (_plain(one.get(name, "")) for one in (form.values, was, stored))
        if typed == before != present:
            _put(values, name, present)
        elif present not in (before, typed):
            both[name] = present
    again = Form(values)
    for name, present in both.items():
        again.wrong("languages" if name.startswith(LANGUAGE) else name, like="overtaken", now=present or "–")
    if not both:
        again.wrong("name", like="elsewhere")
    return again


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _put(values: dict[str, str], name: str, text: str) -> None:
    if text:
        values[name] = text
    else:
        values.pop(name, None)


def shown_version(form: Form) -> int:
    """Which version the form showed; -1 for none."""
    text = form.text("version")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else -1
