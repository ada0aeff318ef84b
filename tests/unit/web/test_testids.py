"""The list of test ids is true: nothing that carries one is missing in it, and nothing in it is gone."""

import re
from pathlib import Path

import web

_WEB = Path(web.__file__).parent
_LIST = _WEB / "client" / "TESTIDS.md"
_TICKED = re.compile(r"`([a-z][a-z/{}-]*)`")
_SAID = re.compile(r'(?:data-testid=|\btest: )"([\w-]+)"')
_BUILT = re.compile(r"data-testid=\$\{`([^`]+)`\}")
_RENDERED = re.compile(r'data-testid="([\w-]+)\{\{[^}]*\}\}"')
"""In a template: a word and what it is of."""

_EITHER = re.compile(r'\$\{[^{}]*\? "([\w-]+)" : "([\w-]+)"\}')
_PLACE = re.compile(r"\$\{[^{}]*\}")


def _sources() -> str:
    scripts = (path for path in (_WEB / "client").rglob("*.ts") if not path.name.endswith(".test.ts"))
    return "\n".join(path.read_text(encoding="utf-8") for path in (*scripts, *_WEB.glob("templates/*.html")))


def _listed() -> set[str]:
    """From the first column of each table, and from the paragraphs below headings that have none."""
    found: set[str] = set()
    for line in _LIST.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            text = line.split("|")[1] if line.startswith("|") else line
            found.update(_TICKED.findall(text))
    return {one for one in found if not one.startswith("data-")}


def _built(sources: str) -> list[re.Pattern[str]]:
    """What ids that are put together, ``tile-${who.id}``, may become."""
    whole = [one for found in _BUILT.findall(sources) for one in _chosen(found)]
    made = [re.compile(".+".join(re.escape(part) for part in _PLACE.split(one))) for one in whole]
    return [*made, *(re.compile(re.escape(word) + ".+") for word in _RENDERED.findall(sources))]


def _chosen(pattern: str) -> list[str]:
    """Both outcomes where one of two words is taken."""
    either = _EITHER.search(pattern)
    return [pattern] if either is None else [pattern.replace(either[0], word) for word in either.groups()]


def test_every_id_is_listed() -> None:
    sources, listed = _sources(), _listed()
    assert set(_SAID.findall(sources)) - listed == set()
    assert [one.pattern for one in _built(sources) if not any(map(one.fullmatch, listed))] == []


def test_every_listed_id_is_there() -> None:
    sources = _sources()
    built = _built(sources)
    gone = {one for one in _listed() if f'"{one}"' not in sources and not any(each.fullmatch(one) for each in built)}
    assert gone == set()
