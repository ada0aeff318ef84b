"""python -m web.catalogues update | check

update merges what the sources say into every catalogue and names what is left to translate; check names what is
stale or untranslated and ends with 1.

A new language: add its code and own name to LANGUAGES in web/catalogues/__init__.py (and its form of dates to
web/times.py), run update, fill in web/translations/LANG/LC_MESSAGES/diemcau.po, run check. A sentence is marked in
templates, Python and TypeScript by t("…"), n("{count} point", "{count} points", count) or mark("…").
"""

import sys
from collections.abc import Iterator
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import write_po

from web.catalogues import LANGUAGES, TRANSLATIONS, catalogue_path, read_catalogue

ROOT = TRANSLATIONS.parent.parent
KEYWORDS = {"t": None, "n": (1, 2), "mark": None}
SOURCE_LANGUAGE = "en"
"""Its sentences are the keys, so an empty translation is a whole one."""


def extracted() -> Catalog:
    """Every sentence of templates, Python and TypeScript, with the files (not lines: they move) it is said in."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        mapping, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]  # babel left it so
    catalog = Catalog(project="diemcau", charset="utf-8", fuzzy=False)
    found = extract_from_dir(ROOT, mapping, options, keywords=KEYWORDS, comment_tags=("translators:",))
    for path, _, sentence, comments, context in sorted(found, key=lambda one: (one[0], one[1])):
        catalog.add(sentence, locations=[(path, 0)], auto_comments=comments, context=context)
    return catalog


def merged(lang: str, template: Catalog) -> Catalog:
    """The language's catalogue with the sentences of ``template``; what is said nowhere any more goes."""
    try:
        catalog = read_catalogue(lang)
    except FileNotFoundError:
        catalog = Catalog(locale=lang, project="diemcau", charset="utf-8", fuzzy=False)
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.fuzzy = False
    return catalog


def as_text(catalog: Catalog) -> bytes:
    """The file, in order of sentence and without dates, so that two branches merge."""
    buffer = BytesIO()
    write_po(buffer, catalog, width=110, omit_header=True, sort_output=True, include_lineno=False)
    head = (
        'msgid ""\nmsgstr ""\n"Language: {lang}\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        '"Plural-Forms: {plural}\\n"\n\n'
    )
    return head.format(lang=catalog.locale_identifier, plural=catalog.plural_forms).encode() + buffer.getvalue()


def untranslated(lang: str, catalog: Catalog) -> Iterator[str]:
    """Sentences without words of their own in a language that is not the source's."""
    if lang == SOURCE_LANGUAGE:
        return
    for message in catalog:
        words = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and (message.fuzzy or not all(words)):
            yield f"{lang}: no words for: {message.id}"


def faults() -> list[str]:
    """Everything ``check`` has to say."""
    template = extracted()
    found = []
    for lang in LANGUAGES:
        catalog = merged(lang, template)
        if as_text(catalog) != catalogue_path(lang).read_bytes():
            found.append(f"{lang}: stale; run: python -m web.catalogues update")
        found += untranslated(lang, catalog)
    return found


def update() -> list[str]:
    """Writes every catalogue anew; returns what is left to translate."""
    template = extracted()
    left: list[str] = []
    for lang in LANGUAGES:
        catalog = merged(lang, template)
        catalogue_path(lang).parent.mkdir(parents=True, exist_ok=True)
        catalogue_path(lang).write_bytes(as_text(catalog))
        left += untranslated(lang, catalog)
    return left


def main(arguments: list[str]) -> int:
    """Exit code: 1 when ``check`` found something, 2 for an unknown command."""
    commands = {"update": update, "check": faults}
    if arguments == ["--help"]:
        sys.stdout.write(__doc__)
        return 0
    if len(arguments) != 1 or arguments[0] not in commands:
        sys.stderr.write("usage: python -m web.catalogues update|check\n")
        return 2
    found = commands[arguments[0]]()
    sys.stdout.writelines(f"{line}\n" for line in found)
    return int(bool(found) and arguments[0] == "check")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
