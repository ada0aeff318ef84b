"""Text as it is searched in a column: folded words (:func:`bridge.search.folded`), each behind a space."""

from sqlalchemy import ColumnElement, false

from bridge.search import MAX_WORDS, folded


def searched(text: str) -> str:
    """Each word behind a space, so that a question can ask for how one begins."""
    return "".join(f" {word}" for word in folded(text))


def begins(column: ColumnElement[str], words: str) -> list[ColumnElement[bool]]:
    """Folded words hold letters and digits alone, no sign that LIKE would take for its own. Nothing but signs is in no
    name and no title."""
    if words.strip() and not folded(words):
        return [false()]
    return [column.like(f"% {word}%") for word in folded(words)[:MAX_WORDS]]
