"""Rows of the form of a reception that grow and move without JavaScript: people without an account, and cases. Pure.

A row has a number of its own for as long as the form is typed into (``person-3-name``, ``case-2-title``); the hidden
fields ``person-rows`` and ``case-rows`` say which there are, in order.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from bridge.plans import MAX_CASES, MAX_SEATS
from web.forms import Form

PEOPLE: Final = "person-rows"
CASES: Final = "case-rows"
OWN: Final = "own"
AT_POINT: Final = "point:"
BESIDE_ACCOUNT: Final = "account:"
BESIDE_PERSON: Final = "person:"
"""Where somebody sits: on their own device, at a bridge point, at the seat of an account or of another row."""

EVERY_CASE: Final = ""
DO: Final = "do"
SAVE: Final = "save"
_BUTTON = re.compile(r"(add-person|add-case|find|(drop-person|drop-case|up-case|down-case)-(\d{1,3}))")
_MOST = {PEOPLE: MAX_SEATS, CASES: MAX_CASES}


class PersonRow(msgspec.Struct, frozen=True):
    """``cases``: numbers of case rows with ``+`` between them, EVERY_CASE for all; ``seat``: that which is changed."""

    key: str
    name: str = ""
    role: str = "citizen"
    where: str = OWN
    cases: str = EVERY_CASE
    seat: str = ""


class CaseRow(msgspec.Struct, frozen=True):
    """``case``: that which is changed."""

    key: str
    title: str = ""
    case: str = ""


def person_rows(form: Form) -> list[PersonRow]:
    """As they stand in the form."""
    return [
        PersonRow(
            key,
            form.text(f"person-{key}-name"),
            form.text(f"person-{key}-role") or "citizen",
            form.text(f"person-{key}-where") or OWN,
            form.text(f"person-{key}-cases"),
            form.text(f"person-{key}-seat"),
        )
        for key in _keys(form, PEOPLE)
    ]


def case_rows(form: Form) -> list[CaseRow]:
    """As they stand in the form."""
    return [CaseRow(key, form.text(f"case-{key}-title"), form.text(f"case-{key}-case")) for key in _keys(form, CASES)]


def _keys(form: Form, name: str) -> list[str]:
    found = re.findall(r"\d{1,3}", form.text(name)[:1000])
    return list(dict.fromkeys(found))[: _MOST[name]]


def fields_of(people: Sequence[PersonRow], cases: Sequence[CaseRow]) -> dict[str, str]:
    """The rows as the fields of a form."""
    fields = {PEOPLE: ",".join(row.key for row in people), CASES: ",".join(row.key for row in cases)}
    for person in people:
        fields |= {f"person-{person.key}-{name}": text for name, text in _texts(person)}
    for case in cases:
        fields |= {f"case-{case.key}-{name}": text for name, text in _texts(case)}
    return fields


def _texts(row: PersonRow | CaseRow) -> Iterator[tuple[str, str]]:
    values: Mapping[str, str] = msgspec.structs.asdict(row)
    return ((name, text) for name, text in values.items() if name != "key")


def fresh_key(rows: Sequence[PersonRow] | Sequence[CaseRow]) -> str:
    """A number that no row has."""
    return str(max((int(row.key) for row in rows), default=0) + 1)


def pressed(form: Form) -> str:
    """The button that sent the form: SAVE, or one that only changes the form itself."""
    text = form.text(DO)
    return text if _BUTTON.fullmatch(text) else SAVE


def rearranged(form: Form) -> Form:
    """The form after its button: a row more, less or elsewhere. What was typed stays."""
    people, cases = person_rows(form), case_rows(form)
    button = _BUTTON.fullmatch(form.text(DO))
    key = button[3] if button else None
    match button[2] or button[1] if button else "":
        case "add-person" if len(people) < MAX_SEATS:
            people.append(PersonRow(fresh_key(people)))
        case "drop-person":
            people = [row for row in people if row.key != key]
        case "add-case" if len(cases) < MAX_CASES:
            cases.append(CaseRow(fresh_key(cases)))
        case "drop-case":
            cases = [row for row in cases if row.key != key]
        case "up-case":
            cases = moved(cases, key, -1)
        case "down-case":
            cases = moved(cases, key, 1)
        case _:  # the form as it is
            pass
    return with_rows(form, people, cases)


def moved(rows: Sequence[CaseRow], key: str | None, by: int) -> list[CaseRow]:
    """With the row of that number ``by`` places further, where there are any."""
    found = list(rows)
    at = next((place for place, row in enumerate(found) if row.key == key), None)
    if at is not None and 0 <= at + by < len(found):
        found[at], found[at + by] = found[at + by], found[at]
    return found


def with_rows(form: Form, people: Sequence[PersonRow], cases: Sequence[CaseRow]) -> Form:
    """The form with these rows instead of its own."""
    others = {name: text for name, text in form.values.items() if not re.match(r"(person|case)-\d|do$", name)}
    return Form({**others, **fields_of(people, cases)}, list(form.faults))
