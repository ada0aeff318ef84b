"""A reader's words. English sentences are the keys; ``{name}`` in them is filled in afterwards, as in the islands."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from babel.numbers import format_decimal

_PLACE = re.compile(r"\{(\w+)\}")


def mark(sentence: str) -> str:
    """Marks a sentence for the catalogue where it is only kept, to be worded later."""
    return sentence


_ISOLATE, _END = "\u2068", "\u2069"
"""FIRST STRONG ISOLATE and its end (Unicode Standard Annex 9): what ``<bdi>`` is in markup."""


def fill(text: str, params: Mapping[str, object], lang: str, isolate: bool = False) -> str:
    """``text`` with each ``{name}`` replaced; an unknown name stays as it is, so nothing is ever lost. A float has the
    mark that ``lang`` has: ``1,5``. ``isolate``: a name or number does not disturb the order of the words around it."""
    before, behind = (_ISOLATE, _END) if isolate else ("", "")

    def filled(place: re.Match[str]) -> str:
        value = params.get(place[1], place[0])
        return f"{before}{decimal(value, lang, '0.#') if isinstance(value, float) else value}{behind}"

    return _PLACE.sub(filled, text)


def decimal(value: float, lang: str, pattern: str = "0.0") -> str:
    """A number as readers of ``lang`` write it, by CLDR's ``pattern``; of the islands: ``client/format.ts``."""
    return format_decimal(value, pattern, lang)


def _germanic(count: int) -> int:
    return int(count != 1)


@dataclass(frozen=True, slots=True)
class Words:
    """One language: ``messages`` and ``plurals`` by English sentence, ``form`` picks the plural for a count.

    A sentence without a translation stands in English: a page in two languages beats no page.
    """

    lang: str
    dir: str = "ltr"
    messages: Mapping[str, str] = field(default_factory=dict)
    plurals: Mapping[str, Sequence[str]] = field(default_factory=dict)
    form: Callable[[int], int] = _germanic

    def t(self, sentence: str, /, **params: object) -> str:
        """The sentence in this language."""
        text = self.messages.get(sentence) or sentence
        return fill(text, params, self.lang, self.dir == "rtl") if params else text

    def n(self, one: str, many: str, count: int, /, **params: object) -> str:
        """The sentence for ``count`` things; ``{count}`` is filled in by itself."""
        forms = self.plurals.get(one)
        text = forms[min(self.form(count), len(forms) - 1)] if forms else (one if count == 1 else many)
        return fill(text, {"count": count, **params}, self.lang, self.dir == "rtl")
