"""Forms: fields as they were typed, and every fault collected, so that one answer names them all."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

from bridge.errors import Invalid
from web.labels import FIELDS
from web.requests import FORM, posted
from web.words import mark

_UNKNOWN = mark("Correct this field.")


@dataclass(frozen=True, slots=True)
class Fault:
    """``field``: id of the control, which the summary links to; ``sentence`` of the catalogue with its ``params``."""

    field: str
    sentence: str
    params: Mapping[str, str | float]


@dataclass(slots=True)
class Form:
    """What was typed, by field; shown again as it was whenever something is wrong."""

    values: Mapping[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def text(self, name: str) -> str:
        """The field without outer blanks; empty when it was not sent."""
        return self.values.get(name, "").strip()

    def wrong(self, name: str, /, like: str = "", **params: str | float) -> None:
        """One more fault, worded by :data:`web.labels.FIELDS`; ``like``: the field there, where it is another."""
        if not any(fault.field == name for fault in self.faults):
            self.faults.append(Fault(name, FIELDS.get(like or name, _UNKNOWN), params))

    def refused(self, refusal: Invalid) -> None:
        """A service's refusal of one field."""
        params = {name: value for name, value in refusal.params.items() if name != "like"}
        self.wrong(refusal.word("field", "form"), refusal.word("like"), **params)

    def fault(self, name: str) -> Fault | None:
        """What is wrong with this field."""
        return next((fault for fault in self.faults if fault.field == name), None)


async def read_form(request: web.Request, kind: str = FORM) -> Form:
    """The sent fields. Raises Invalid(malformed_message)."""
    return Form(await posted(request, kind))
