"""What an office says of itself and how its rooms begin: for each agency, the rest as its parent has it. Pure.

An :class:`OfficeText` is what one agency set; None there is inherited. :func:`settled` makes the whole
:class:`OfficeSettings` that pages, invitations and rooms go by.
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping

import msgspec

from bridge.errors import Invalid
from bridge.ids import AccountId, AgencyId
from bridge.model import AdmitRule
from bridge.organisation import Tree

MAX_LINE = 120
MAX_CONTACT = 200
MAX_TEXT = 2000
"""House rules and what to bring stand on one printed page together with the invitation."""

SESSION_MINUTES = range(10, 481)
"""A working day is eight hours."""

RESUME_SECONDS = range(10, 301)
"""Browsers need some seconds for a new line; after five minutes nobody waits for a seat."""


class OfficeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything, settled. ``logo``: name under which the picture is kept, empty for none; ``languages`` that pages
    offer, ``language`` that they begin in; ``contact``: whom to call; ``bring``: what a citizen brings along."""

    name: str
    logo: str = ""
    languages: tuple[str, ...]
    language: str
    address: str = ""
    contact: str = ""
    house_rules: str = ""
    bring: str = ""
    session_minutes: int = 120
    admit: AdmitRule = AdmitRule.BY_OFFICE
    own_devices: bool = True
    resume_seconds: int = 30


class OfficeText(msgspec.Struct, frozen=True, kw_only=True):
    """What one agency set; None: as its parent has it."""

    name: str | None = None
    logo: str | None = None
    languages: tuple[str, ...] | None = None
    language: str | None = None
    address: str | None = None
    contact: str | None = None
    house_rules: str | None = None
    bring: str | None = None
    session_minutes: int | None = None
    admit: AdmitRule | None = None
    own_devices: bool | None = None
    resume_seconds: int | None = None


class OfficeVersion(msgspec.Struct, frozen=True):
    """The settings of an agency as somebody left them; versions count from 1."""

    agency: AgencyId
    version: int
    at_utc_ns: int
    account: AccountId
    settings: OfficeText


class Logo(msgspec.Struct, frozen=True):
    """A picture under its name, which holds its hash: it never changes."""

    name: str
    media_type: str
    body: bytes


def settled(defaults: OfficeSettings, nearest_first: Iterable[OfficeText]) -> OfficeSettings:
    """Each field from the nearest that sets it, else the installation's own."""
    found: dict[str, object] = {}
    for text in nearest_first:
        for name in OfficeText.__struct_fields__:
            value = getattr(text, name)
            if value is not None:
                found.setdefault(name, value)
    whole = msgspec.structs.replace(defaults, **found)
    if whole.language in whole.languages:
        return whole
    # A parent took the language away in which an agency below begins.
    return msgspec.structs.replace(whole, language=whole.languages[0])


def allows_own_devices(nearest_first: Iterable[OfficeText]) -> bool:
    """Whether citizens may take part from a device of their own; no installation forbids it by itself."""
    said = (text.own_devices for text in nearest_first)
    return next((one for one in said if one is not None), True)


def line_of(tree: Tree, versions: Mapping[AgencyId, OfficeVersion], agency: AgencyId) -> list[OfficeText]:
    """What the agency and those above it set, the nearest first; of an agency that is not there nothing."""
    if agency not in tree.agencies:
        return []
    return [versions[one].settings for one in (agency, *tree.above(agency)) if one in versions]


def checked_office(text: OfficeText, known: Collection[str]) -> OfficeText:
    """In its one spelling, blanks outside gone and what is empty inherited. ``known``: languages there are words for.

    Raises Invalid for the first field that is wrong.
    """
    changes: dict[str, object] = {
        "name": _line("name", text.name, MAX_LINE),
        "address": _line("address", text.address, MAX_CONTACT),
        "contact": _line("contact", text.contact, MAX_CONTACT),
        "house_rules": _lines("house_rules", text.house_rules),
        "bring": _lines("bring", text.bring),
    }
    if text.languages is not None and not (text.languages and set(text.languages) <= set(known)):
        raise Invalid(field="languages", like="choice")
    if text.language is not None and text.language not in (text.languages or known):
        raise Invalid(field="language", like="not_offered")
    for name, allowed in (("session_minutes", SESSION_MINUTES), ("resume_seconds", RESUME_SECONDS)):
        number = getattr(text, name)
        if number is not None and number not in allowed:
            raise Invalid(field=name, like="number", least=str(allowed.start), most=str(allowed.stop - 1))
    return msgspec.structs.replace(text, **changes)


def _line(field: str, text: str | None, limit: int) -> str | None:
    line = unicodedata.normalize("NFC", text or "").strip()
    if len(line) > limit or not line.isprintable():
        raise Invalid(field=field, like="short_text", limit=str(limit))
    return line or None


def _lines(field: str, text: str | None) -> str | None:
    """Several lines, with none but line ends between them."""
    whole = unicodedata.normalize("NFC", text or "").replace("\r\n", "\n").strip()
    if len(whole) > MAX_TEXT or not all(line.isprintable() for line in whole.split("\n")):
        raise Invalid(field=field, like="short_text", limit=str(MAX_TEXT))
    return whole or None
