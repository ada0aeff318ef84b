"""The translation catalogues: ``python -m web.catalogues extract|update|check``; and what the pages read of them.

One gettext catalogue per language (``web/translations/{lang}/LC_MESSAGES/diemcau.po``) serves templates, Python and
TypeScript. It is read as text when the pages start: one file per language, nothing compiled that could be stale.
"""

import gettext
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from web.refusals import REFUSALS
from web.wire import Catalogue as IslandCatalogue
from web.wire import RefusalWords
from web.words import Words

TRANSLATIONS = Path(__file__).parent.parent / "translations"
LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
"""Code and own name of each language, in the order they are offered."""

RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur"})
_ISLANDS = "web/client/"


@dataclass(frozen=True, slots=True)
class Catalogues:
    """Every language's words, own name (in the order they are offered), and its JSON for the islands with the hash
    that names its version."""

    words: Mapping[str, Words]
    names: Mapping[str, str]
    islands: Mapping[str, bytes]
    versions: Mapping[str, str]

    def address(self, lang: str) -> str:
        """Where the islands fetch their words; a new address whenever they changed."""
        return f"/i18n/{lang}.json?v={self.versions[lang]}"


def catalogue_path(lang: str) -> Path:
    """The catalogue's file."""
    return TRANSLATIONS / lang / "LC_MESSAGES" / "diemcau.po"


def read_catalogue(lang: str) -> Catalog:
    """Raises FileNotFoundError, babel's PoFileError."""
    with catalogue_path(lang).open("rb") as file:
        return read_po(file, locale=lang, abort_invalid=True)


@cache
def load_catalogues() -> Catalogues:
    """All languages; read once, as no file of the program changes under it."""
    catalogs = {lang: read_catalogue(lang) for lang in LANGUAGES}
    return gathered({lang: words_of(lang, catalog) for lang, catalog in catalogs.items()}, LANGUAGES, catalogs)


def gathered(words: Mapping[str, Words], names: Mapping[str, str], catalogs: Mapping[str, Catalog]) -> Catalogues:
    """What the pages and the islands read of these languages. ``catalogs`` tell which sentences the islands say."""
    islands = {lang: msgspec.json.encode(_for_islands(words[lang], catalogs[lang])) for lang in words}
    versions = {lang: hashlib.sha256(text).hexdigest()[:12] for lang, text in islands.items()}
    return Catalogues(words, names, islands, versions)


def words_of(lang: str, catalog: Catalog) -> Words:
    """The catalogue as the pages use it. A fuzzy entry counts as none: nobody has read it yet."""
    messages: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    for message in catalog:
        if not message.id or message.fuzzy:
            continue
        if isinstance(message.string, tuple | list):
            if all(message.string):
                plurals[message.id[0]] = tuple(message.string)
        else:
            messages[str(message.id)] = message.string or ""
    direction = "rtl" if lang in RIGHT_TO_LEFT else "ltr"
    return Words(lang, direction, messages, plurals, gettext.c2py(catalog.plural_expr))


def _for_islands(words: Words, catalog: Catalog) -> IslandCatalogue:
    refusals = {
        str(code): RefusalWords(*(words.t(sentence) if sentence else "" for sentence in told))
        for code, told in REFUSALS.items()
    }
    used = {
        message.id
        for message in catalog
        if isinstance(message.id, str) and any(path.startswith(_ISLANDS) for path, _ in message.locations)
    }
    messages = {sentence: text for sentence in sorted(used) if (text := words.messages.get(sentence))}
    return IslandCatalogue(words.lang, words.dir, messages, refusals)
