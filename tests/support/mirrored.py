"""A language for tests: the English sentences in Arabic letters, read from right to left.

Nobody is to understand it. It shows that every sentence comes from a catalogue, that the layout turns, and that what
stays Latin (names, codes, addresses) stands for itself.
"""

import re

from babel.messages.catalog import Catalog

from web.catalogues import LANGUAGES, Catalogues, gathered, read_catalogue, words_of
from web.words import Words

MIRRORED = "ar"
NAME = "العربية"
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنه"
_LETTERS = str.maketrans(_LATIN + _LATIN.upper(), _ARABIC * 2)
_KEPT = re.compile(r"(\{\w+\})")


def mirrored(sentence: str) -> str:
    """``Sign in {name}`` with other letters and the same places."""
    return "".join(
        part if _KEPT.fullmatch(part) else part.translate(_LETTERS) for part in _KEPT.split(sentence) if part
    )


def mirrored_words(catalog: Catalog) -> Words:
    """Every sentence of the catalogue."""
    messages, plurals = {}, {}
    for message in catalog:
        if not message.id:
            continue
        if isinstance(message.id, tuple | list):
            plurals[message.id[0]] = tuple(mirrored(one) for one in message.id)
        else:
            messages[str(message.id)] = mirrored(str(message.id))
    return Words(MIRRORED, "rtl", messages, plurals)


def with_mirrored() -> Catalogues:
    """The real languages and this one."""
    catalogs = {lang: read_catalogue(lang) for lang in LANGUAGES}
    words = {lang: words_of(lang, catalog) for lang, catalog in catalogs.items()}
    words[MIRRORED] = mirrored_words(catalogs["en"])
    return gathered(words, {**LANGUAGES, MIRRORED: NAME}, {**catalogs, MIRRORED: catalogs["en"]})
